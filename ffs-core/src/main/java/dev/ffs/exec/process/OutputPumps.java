package dev.ffs.exec.process;

import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.jspecify.annotations.Nullable;

/**
 * Carries both channels of one process to those who take them, and gives away the third.
 *
 * <p>commons-exec's own pumps wait for the end of the streams, and a process left in the background
 * keeps those open. These wait until all that the ended program wrote has been read.
 */
final class OutputPumps implements ExecuteStreamHandler {

  private static final long POLL_MILLIS = 50;

  // Counted in polls, not in time: a pause of the whole JVM must not look like silence.
  private static final int SILENT_POLLS = 10;

  // The most that a pipe and the JDK's buffer can hold of an ended program's output.
  private static final long MAX_PENDING_BYTES = (1 << 20) + (64 << 10);

  /** Hands something on. */
  private interface Delivery {
    void make() throws IOException;
  }

  private final Consumer<OutputStream> input;
  private final @Nullable OutputStream output;
  private final OutputSink sink;
  private final List<Pump> pumps = new ArrayList<>();
  private OutputStream toProgram = OutputStream.nullOutputStream();

  // Also makes the calls of the sink follow one another.
  private final Object lock = new Object();
  private @Nullable Throwable sinkFailure;

  /**
   * Makes pumps.
   *
   * @param output takes standard output as it is, or null if the sink takes its lines
   */
  OutputPumps(Consumer<OutputStream> input, @Nullable OutputStream output, OutputSink sink) {
    this.input = input;
    this.output = output;
    this.sink = sink;
  }

  @Override
  public void setProcessInputStream(OutputStream stream) throws IOException {
    toProgram = stream;
    try {
      input.accept(stream);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void setProcessOutputStream(InputStream stream) {
    pumps.add(new Pump(Channel.STDOUT, stream, output));
  }

  @Override
  public void setProcessErrorStream(InputStream stream) {
    pumps.add(new Pump(Channel.STDERR, stream, null));
  }

  @Override
  public void start() {
    pumps.forEach(Thread::start);
  }

  /** Waits until the output of the program, which has ended, has been delivered. */
  @Override
  public void stop() throws IOException {
    pumps.forEach(Pump::programEnded);
    for (Pump pump : pumps) {
      while (!pump.isDone()) {
        // All are asked in each round, so that they are silent side by side, not in turn.
        pumps.forEach(Pump::poll);
      }
      pump.finish();
    }
    closeInput();
    for (Pump pump : pumps) {
      pump.throwFailure();
    }
  }

  /** What the program has not read before it ended is of no use, and of no interest. */
  private void closeInput() {
    try {
      toProgram.close();
    } catch (IOException e) {
      // Some of it was still in a buffer here. commons-exec would take that for a failed run; a
      // second close does nothing.
    }
  }

  /** Returns what was thrown by who takes the output, or null. */
  @Nullable Throwable sinkFailure() {
    synchronized (lock) {
      return sinkFailure;
    }
  }

  private void deliver(Delivery delivery) {
    if (sinkFailure == null) {
      try {
        delivery.make();
      } catch (IOException | RuntimeException | Error e) {
        sinkFailure = e;
      }
    }
  }

  private final class Pump extends Thread {
    private final InputStream stream;
    private final @Nullable OutputStream whole;
    private final LineSplitter splitter;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean reading;
    private volatile @Nullable IOException failure;
    private long readsSeen = -1;
    private long bytesAtEnd;
    private int silentPolls;
    // Guarded by the lock.
    private boolean finished;

    Pump(Channel channel, InputStream stream, @Nullable OutputStream whole) {
      super("ffs-output-" + channel);
      setDaemon(true);
      this.stream = stream;
      this.whole = whole;
      this.splitter = new LineSplitter(line -> deliver(() -> sink.line(channel, line)));
    }

    @Override
    public void run() {
      byte[] buffer = new byte[16 * 1024];
      try {
        int count = read(buffer);
        while (count >= 0) {
          synchronized (lock) {
            if (finished) {
              return;
            }
            take(buffer, count);
          }
          count = read(buffer);
        }
      } catch (IOException e) {
        failure = e;
      }
    }

    private void take(byte[] buffer, int count) {
      if (whole == null) {
        splitter.feed(buffer, count);
      } else {
        deliver(() -> whole.write(buffer, 0, count));
      }
    }

    private int read(byte[] buffer) throws IOException {
      reading = true;
      int count = stream.read(buffer);
      reading = false;
      reads.incrementAndGet();
      bytes.addAndGet(Math.max(0, count));
      return count;
    }

    void programEnded() {
      bytesAtEnd = bytes.get();
    }

    void poll() {
      if (isDone()) {
        return;
      }
      try {
        join(POLL_MILLIS);
      } catch (InterruptedException e) {
        // Nobody interrupts the thread of a run; its end must not be lost if somebody does.
        silentPolls = 0;
        return;
      }
      long readsNow = reads.get();
      silentPolls = reading && readsNow == readsSeen ? silentPolls + 1 : 0;
      readsSeen = readsNow;
    }

    /** Whether all that the program wrote has been read, though others may hold the stream open. */
    boolean isDone() {
      return !isAlive()
          || silentPolls >= SILENT_POLLS
          || bytes.get() - bytesAtEnd > MAX_PENDING_BYTES;
    }

    void finish() {
      synchronized (lock) {
        finished = true;
        splitter.finish();
      }
    }

    void throwFailure() throws IOException {
      IOException thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
    }
  }
}
