package dev.ffs.source;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends transfers from outside: when no byte comes any more, and when everything is cancelled.
 *
 * <p>Java's HTTP client knows no time limit for a body, and some releases of Java 17 go on reading
 * when the thread is interrupted. Closing the body from another thread ends both.
 */
final class Watch implements AutoCloseable {

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "ffs-fetch-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** Watches over a body from now on. */
  Guard over(InputStream body, Duration stallTimeout) {
    Guard guard = new Guard(body, stallTimeout);
    guards.add(guard);
    if (cancelled) {
      guard.end();
    }
    return guard;
  }

  void cancel() {
    cancelled = true;
    guards.forEach(Guard::end);
  }

  /** Ends the calling thread's work if everything was cancelled. */
  void check() throws InterruptedException {
    if (cancelled) {
      throw new InterruptedException("the fetch was cancelled");
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** Watches over one body; closes it at the end. */
  final class Guard implements AutoCloseable {

    private final InputStream body;
    private final long limit;
    private final ScheduledFuture<?> task;
    private volatile long lastByte = System.nanoTime();
    private volatile boolean stalled;

    private Guard(InputStream body, Duration stallTimeout) {
      this.body = body;
      this.limit = stallTimeout.toNanos();
      long period = Math.max(limit / 10, 1);
      this.task = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.NANOSECONDS);
    }

    private void look() {
      if (System.nanoTime() - lastByte > limit) {
        stalled = true;
        end();
      }
    }

    /** To be called whenever bytes came. */
    void alive() {
      lastByte = System.nanoTime();
    }

    boolean stalled() {
      return stalled;
    }

    private void end() {
      try {
        body.close();
      } catch (IOException e) {
        // It is of no use any more; what came is judged by its digest.
      }
    }

    @Override
    public void close() {
      task.cancel(false);
      guards.remove(this);
      end();
    }
  }
}
