package dev.ffs.source;

import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import java.util.concurrent.TimeUnit;

/** Tells a listener how far a transfer is, but not too often. */
final class Meter {

  private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(100);

  private final FetchListener listener;
  private final Source source;
  private final Archive archive;
  private long total = -1;
  private long told;
  private long toldAt;

  Meter(FetchListener listener, Source source, Archive archive) {
    this.listener = listener;
    this.source = source;
    this.archive = archive;
  }

  /**
   * An answer began.
   *
   * @param bytes what is there already
   * @param size of the whole file in bytes, or -1
   */
  void begin(long bytes, long size) {
    total = size;
    tell(bytes);
  }

  void grew(long bytes) {
    if (System.nanoTime() - toldAt >= BETWEEN) {
      tell(bytes);
    }
  }

  void end(long bytes) {
    if (bytes != told) {
      tell(bytes);
    }
  }

  private void tell(long bytes) {
    told = bytes;
    toldAt = System.nanoTime();
    listener.on(new FetchEvent.Progress(source, archive, bytes, total));
  }
}
