package dev.ffs.source;

import dev.ffs.lock.PathLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an archive: the bytes that came so far, and their digest.
 *
 * <p>Belongs to whoever holds the {@link PathLock}. Outlives a process, so that the next one can go
 * on; it is made with the first byte and removed if none is in it at the end.
 */
final class PartFile implements AutoCloseable {

  private final Path path;
  private MessageDigest digest = Digests.sha256();
  private long size;
  // Not a channel: that would be closed under us when the thread is interrupted.
  private @Nullable RandomAccessFile file;

  private PartFile(Path path) {
    this.path = path;
  }

  /** Opens what is there of an archive; reads it once, for the digest. */
  static PartFile open(Path path) throws FetchFailure {
    PartFile part = new PartFile(path);
    if (Files.exists(path)) {
      try {
        part.readPrefix();
      } catch (IOException e) {
        part.close();
        throw part.trouble("read", e);
      }
    }
    return part;
  }

  private void readPrefix() throws IOException {
    RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
    file = opened;
    byte[] buffer = new byte[Digests.BUFFER];
    for (int n = opened.read(buffer); n >= 0; n = opened.read(buffer)) {
      digest.update(buffer, 0, n);
      size += n;
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  String sha256() {
    return Digests.soFar(digest);
  }

  void write(byte[] bytes, int length) throws FetchFailure {
    try {
      if (file == null) {
        file = new RandomAccessFile(path.toFile(), "rw");
      }
      file.write(bytes, 0, length);
    } catch (IOException e) {
      throw trouble("write", e);
    }
    digest.update(bytes, 0, length);
    size += length;
  }

  /** Forgets everything that came. */
  void restart() throws FetchFailure {
    try {
      if (file != null) {
        file.setLength(0);
        file.seek(0);
      }
    } catch (IOException e) {
      throw trouble("write", e);
    }
    digest = Digests.sha256();
    size = 0;
  }

  /** Waits until everything is on the disk. */
  void sync() throws FetchFailure {
    try {
      if (file != null) {
        file.getFD().sync();
      }
    } catch (IOException e) {
      throw trouble("write", e);
    }
  }

  @Override
  public void close() throws FetchFailure {
    try {
      if (file != null) {
        file.close();
        file = null;
        if (size == 0) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      throw trouble("write", e);
    }
  }

  private FetchFailure trouble(String verb, IOException e) {
    return FetchFailure.local("cannot " + verb + " " + path + ": " + Errors.text(e, path));
  }
}
