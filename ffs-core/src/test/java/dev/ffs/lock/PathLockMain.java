package dev.ffs.lock;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes a lock again and again in a process of its own.
 *
 * <p>{@code hold FILE TURNS}: each time, makes and removes a file that nobody else may have made
 * meanwhile, deletes the lock file, and prints how often somebody had. {@code sweep FILE}: deletes
 * the lock file whenever nobody has the lock, until its standard input ends.
 */
final class PathLockMain {

  private PathLockMain() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    System.out.println("begun");
    if (args[0].equals("hold")) {
      hold(file, Integer.parseInt(args[2]));
      return;
    }
    while (System.in.available() == 0) {
      sweep(file);
    }
  }

  private static void hold(Path file, int turns) throws Exception {
    Path guard = file.resolveSibling("guard");
    // All at once, or the first ones are done before the last one begins.
    System.in.read();
    int bad = 0;
    for (int turn = 0; turn < turns; turn++) {
      try (PathLock lock = PathLock.acquire(file, () -> {})) {
        try {
          Files.createFile(guard);
          Files.delete(guard);
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
          bad++;
        }
        lock.deleteFile();
      }
    }
    System.out.println("held by two: " + bad);
  }

  private static void sweep(Path file) throws Exception {
    try {
      Optional<PathLock> lock = PathLock.tryAcquire(file);
      if (lock.isPresent()) {
        try (PathLock nobodys = lock.get()) {
          nobodys.deleteFile();
        }
      }
    } catch (NoSuchFileException e) {
      // Its holder was done with it just now.
    }
  }
}
