package dev.ffs.lock;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other threads and other processes away from what one lock file stands for.
 *
 * <p>A lock on a file holds against other processes only, and is lost as soon as any thread of this
 * process closes the same file. So threads agree among themselves first, and only the one that won
 * opens the file. Who holds the lock may delete the file: whoever gets the lock of a file that is
 * not there any more notices, and begins anew.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class PathLock implements AutoCloseable {

  private static final ConcurrentMap<Path, PathLock> LOCKS = new ConcurrentHashMap<>();

  /** A link for each file that this process has open, which leads to its name. */
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private static final long SHORTEST_PAUSE = 1_000_000;
  private static final long LONGEST_PAUSE = 100_000_000;

  private final Path file;
  private final ReentrantLock threads = new ReentrantLock();
  private @Nullable FileChannel channel;

  private PathLock(Path file) {
    this.file = file;
  }

  /**
   * Waits for the lock and takes it. The thread that has it may take it again.
   *
   * @param file the lock file, in a directory that exists
   * @param waiting called once if somebody else has it
   * @return the lock, to be closed by the thread that took it
   * @throws IOException if the file cannot be made or locked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static PathLock acquire(Path file, Runnable waiting)
      throws IOException, InterruptedException {
    PathLock lock = LOCKS.computeIfAbsent(real(file), PathLock::new);
    Once announced = new Once(waiting);
    if (!lock.threads.tryLock()) {
      announced.run();
      lock.threads.lockInterruptibly();
    }
    boolean taken = false;
    try {
      if (lock.threads.getHoldCount() == 1) {
        lock.lockFile(announced);
      }
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        lock.threads.unlock();
      }
    }
  }

  /**
   * Tries again and again, since the kernel refuses to wait when it sees a circle of processes that
   * wait for each other (fcntl(2), EDEADLK): it does not know that different threads hold and want.
   */
  private void lockFile(Runnable waiting) throws IOException, InterruptedException {
    long pause = SHORTEST_PAUSE;
    while (channel == null) {
      FileChannel opened =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        while (opened.tryLock() == null) {
          waiting.run();
          pause = await(pause);
        }
        if (isThere()) {
          channel = opened;
        }
      } finally {
        if (channel == null) {
          opened.close();
        }
      }
    }
  }

  /** By its real path, or two ways to the same store would be two locks in one process. */
  private static Path real(Path file) throws IOException {
    return file.resolveSibling(".").toRealPath().resolve(file.getFileName());
  }

  /**
   * Says whether the file that this process has open still has its name, and so is the one that
   * others open. The kernel is asked for the name of what is open: an inode number does not tell,
   * since a new file may have that of a deleted one, and Java cannot ask for that of an open file.
   */
  private boolean isThere() throws IOException {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(OPEN_FILES)) {
      Path name = file.toRealPath();
      for (Path link : open) {
        try {
          // Of a file that was deleted, the name has a mark behind it.
          if (Files.readSymbolicLink(link).equals(name)) {
            return true;
          }
        } catch (NoSuchFileException e) {
          // Another thread has closed that one just now.
        }
      }
    } catch (NoSuchFileException e) {
      return false;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return false;
  }

  private static long await(long pause) throws InterruptedException {
    LockSupport.parkNanos(pause);
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while waiting for a lock");
    }
    return Math.min(2 * pause, LONGEST_PAUSE);
  }

  /**
   * Takes the lock if nobody has it.
   *
   * @param file the lock file
   * @return the lock, to be closed by the same thread, or empty if anybody has it, even this thread
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if the file cannot be locked
   */
  public static Optional<PathLock> tryAcquire(Path file) throws IOException {
    PathLock lock = LOCKS.computeIfAbsent(real(file), PathLock::new);
    if (!lock.threads.tryLock()) {
      return Optional.empty();
    }
    boolean taken = false;
    try {
      if (lock.threads.getHoldCount() > 1) {
        return Optional.empty();
      }
      FileChannel opened = FileChannel.open(lock.file, StandardOpenOption.WRITE);
      try {
        taken = opened.tryLock() != null && lock.isThere();
      } finally {
        if (!taken) {
          opened.close();
        }
      }
      if (!taken) {
        return Optional.empty();
      }
      lock.channel = opened;
      return Optional.of(lock);
    } finally {
      if (!taken) {
        lock.threads.unlock();
      }
    }
  }

  /**
   * Deletes the lock file, if it will not be needed for long. The lock is still held.
   *
   * @throws IOException if that fails
   */
  public void deleteFile() throws IOException {
    Files.deleteIfExists(file);
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

  /** Runs something at the first call and nothing at later ones. */
  private static final class Once implements Runnable {

    private @Nullable Runnable action;

    Once(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      Runnable now = action;
      action = null;
      if (now != null) {
        now.run();
      }
    }
  }
}
