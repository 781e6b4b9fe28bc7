package dev.ffs.engine;

import dev.ffs.exec.Cancellation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The job tokens of a build, shared by all steps that run.
 *
 * <p>A step holds one token from its start to its end. What is left over is lent to the running
 * steps, through a pipe of its own for each, where its make takes them as from any jobserver (GNU
 * make manual, "Sharing job slots with GNU make"). Since each step has its own pipe, it is known
 * how many tokens a killed step took with it, and they come back with its end. When a step waits
 * for its first token, one that was lent is taken back as soon as no make holds it.
 */
final class JobPool {

  private final List<Lease> leases = new ArrayList<>();
  private int free;
  private int waiting;
  private boolean closed;
  private final Cancellation closing = new Cancellation();

  JobPool(int tokens) {
    this.free = tokens;
  }

  /** A step's right to run. */
  final class Lease implements AutoCloseable {

    private final int limit;
    private @Nullable FileChannel pipe;

    /** The same pipe once more: a channel lets no one write while another thread reads from it. */
    private @Nullable FileChannel returns;

    private int lent;
    private boolean takingBack;

    private Lease(int limit) {
      this.limit = limit;
    }

    /**
     * Lends what is left over through a pipe, from now on.
     *
     * @param fifo a named pipe
     * @throws IOException if it cannot be opened
     */
    void lendThrough(Path fifo) throws IOException {
      synchronized (JobPool.this) {
        // For reading and writing, or opening would wait for the other end.
        pipe = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        returns = FileChannel.open(fifo, StandardOpenOption.READ);
        lend();
      }
    }

    /**
     * Takes tokens that nobody waits for, until the step is over.
     *
     * @param most how many at the most
     * @return how many it got
     */
    int take(int most) {
      synchronized (JobPool.this) {
        int taken = Math.max(0, Math.min(most, free - waiting));
        lent += taken;
        free -= taken;
        return taken;
      }
    }

    /** Waits in a thread of its own until a lent token is in the pipe, and takes it out. */
    private void takeBack() {
      FileChannel from = returns;
      if (from == null || lent == 0 || takingBack) {
        return;
      }
      takingBack = true;
      Thread thread =
          new Thread(
              () -> {
                boolean taken = read(from);
                synchronized (JobPool.this) {
                  takingBack = false;
                  // If the step ended meanwhile, its tokens have been counted already.
                  if (taken && leases.contains(this)) {
                    lent--;
                    free++;
                    lend();
                    JobPool.this.notifyAll();
                  }
                }
              },
              "ffs-jobs");
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void close() {
      synchronized (JobPool.this) {
        leases.remove(this);
        free += 1 + lent;
        lent = 0;
        lend();
        JobPool.this.notifyAll();
      }
      try {
        if (returns != null) {
          // This also wakes a thread that reads from it.
          returns.close();
        }
        if (pipe != null) {
          pipe.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close the pipe of a step's job tokens", e);
      }
    }
  }

  /**
   * Waits for a token.
   *
   * @param limit the most jobs that the step may run at once
   * @return the right to run, or empty if the pool was closed
   */
  synchronized Optional<Lease> acquire(int limit) throws InterruptedException {
    waiting++;
    try {
      while (free == 0 && !closed) {
        // From each, since nobody can tell whose make will be done with one first.
        leases.forEach(Lease::takeBack);
        wait();
      }
    } finally {
      waiting--;
    }
    return closed ? Optional.empty() : Optional.of(acquireNow(limit));
  }

  /** Takes a token that is known to be free. */
  synchronized Lease acquireNow(int limit) {
    if (free == 0) {
      throw new IllegalStateException("no token is free");
    }
    free--;
    Lease lease = new Lease(limit);
    leases.add(lease);
    return lease;
  }

  /** Lets nobody begin to run any more. */
  void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    closing.cancel();
  }

  /** Is cancelled when the pool is closed, for whoever waits for something else before it runs. */
  Cancellation closing() {
    return closing;
  }

  /** Gives left over tokens to the steps that have the fewest. */
  private void lend() {
    while (free > waiting) {
      Optional<Lease> poorest =
          leases.stream()
              .filter(lease -> lease.pipe != null && lease.lent < lease.limit - 1)
              .min(Comparator.comparingInt(lease -> lease.lent));
      if (poorest.isEmpty()) {
        return;
      }
      Lease lease = poorest.get();
      write(lease.pipe);
      lease.lent++;
      free--;
    }
  }

  private static void write(@Nullable FileChannel pipe) {
    try {
      if (pipe != null) {
        pipe.write(ByteBuffer.wrap(new byte[] {'+'}));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lend a job token", e);
    }
  }

  private static boolean read(FileChannel pipe) {
    try {
      return pipe.read(ByteBuffer.allocate(1)) == 1;
    } catch (ClosedChannelException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take a job token back", e);
    }
  }
}
