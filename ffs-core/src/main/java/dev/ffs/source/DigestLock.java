package dev.ffs.source;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other threads and other processes away from one digest.
 *
 * <p>A lock on a file holds against other processes only, and is lost as soon as any thread of this
 * process closes the same file. So threads agree among themselves first, and only the one that won
 * opens the file. The file is never deleted: whoever waits for it would hold a lock on nothing.
 */
final class DigestLock implements AutoCloseable {

  private static final ConcurrentMap<Path, DigestLock> LOCKS = new ConcurrentHashMap<>();

  private final Path file;
  private final ReentrantLock threads = new ReentrantLock();
  private @Nullable FileChannel channel;

  private DigestLock(Path file) {
    this.file = file;
  }

  /**
   * Waits for the lock and takes it. The thread that has it may take it again.
   *
   * @param file the lock file, in a directory that exists
   * @param waiting called once if somebody else has it
   */
  static DigestLock acquire(Path file, Runnable waiting) throws IOException, InterruptedException {
    // By its real path, or two ways to the same store would be two locks in one process.
    Path key = file.resolveSibling(".").toRealPath().resolve(file.getFileName());
    DigestLock lock = LOCKS.computeIfAbsent(key, DigestLock::new);
    boolean announced = false;
    if (!lock.threads.tryLock()) {
      announced = true;
      waiting.run();
      lock.threads.lockInterruptibly();
    }
    boolean taken = false;
    try {
      if (lock.threads.getHoldCount() == 1) {
        lock.lockFile(announced ? () -> {} : waiting);
      }
      taken = true;
      return lock;
    } catch (FileLockInterruptionException e) {
      throw new InterruptedException("interrupted while waiting for " + file);
    } finally {
      if (!taken) {
        lock.threads.unlock();
      }
    }
  }

  private void lockFile(Runnable waiting) throws IOException {
    FileChannel opened =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      if (opened.tryLock() == null) {
        waiting.run();
        opened.lock();
      }
      locked = true;
      channel = opened;
    } finally {
      if (!locked) {
        opened.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (threads.getHoldCount() == 1 && channel != null) {
        channel.close();
        channel = null;
      }
    } finally {
      threads.unlock();
    }
  }
}
