package dev.ffs.source;

import dev.ffs.lock.PathLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * Archives by their digest, shared by all builds and by several processes at once.
 *
 * <p>An archive stands at {@code DIRECTORY/SHA256/FILE NAME}, and appears there by one rename after
 * its data is on disk. A file that somebody put there by hand is as good, once its digest was
 * checked. Names that begin with a dot are the store's own: {@code .part} (a transfer that can be
 * resumed), {@code .lock}, {@code .verified} (see {@link #find}) and {@code .bad} (a damaged file
 * that was set aside).
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SourceStore {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Path directory;

  /**
   * Makes a store; nothing is touched yet.
   *
   * @param directory where it is; made when the first archive comes
   */
  public SourceStore(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /**
   * Returns where the store is.
   *
   * @return an absolute path
   */
  public Path directory() {
    return directory;
  }

  /**
   * Returns where an archive is to stand, whether it is there or not.
   *
   * @param sha256 its digest, 64 hexadecimal digits in lower case
   * @param fileName its name; if that is empty or begins with a dot, {@code archive} is put before
   *     it
   * @return an absolute path
   * @throws IllegalArgumentException if the digest is none or the name holds a slash
   */
  public Path fileFor(String sha256, String fileName) {
    if (fileName.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a file name without a slash is needed: " + fileName);
    }
    boolean odd = fileName.isEmpty() || fileName.startsWith(".");
    return home(sha256).resolve(odd ? "archive" + fileName : fileName);
  }

  /**
   * Finds an archive whose digest is right.
   *
   * <p>The file is read as a whole only when it is new or has changed since it was read last: the
   * file {@code .verified} holds its size, inode and times of then. What is damaged is set aside
   * and never returned. (A disk that changes bits without a trace is not noticed; remove {@code
   * .verified} to have a file read again.)
   *
   * @param sha256 the digest
   * @return the file, whatever its name, or empty if there is none
   * @throws IOException if the store cannot be read, or a damaged file cannot be set aside
   * @throws InterruptedException if the thread was interrupted
   */
  public Optional<Path> find(String sha256) throws IOException, InterruptedException {
    return find(sha256, (file, aside) -> {});
  }

  Optional<Path> find(String sha256, BiConsumer<Path, Path> onSetAside)
      throws IOException, InterruptedException {
    Path home = home(sha256);
    for (Path file : archives(home)) {
      if (isSound(file, sha256) || isSoundAfterAll(file, sha256, onSetAside)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** Looks again, alone: somebody may have put a good file into its place, or set it aside. */
  @SuppressWarnings("try") // The lock is held, not used.
  private boolean isSoundAfterAll(Path file, String sha256, BiConsumer<Path, Path> onSetAside)
      throws IOException, InterruptedException {
    try (PathLock lock = lock(sha256, () -> {})) {
      if (!Files.isRegularFile(file)) {
        return false;
      }
      if (isSound(file, sha256)) {
        return true;
      }
      Path aside = file.resolveSibling(".bad");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      onSetAside.accept(file, aside);
      return false;
    }
  }

  /** Keeps others away from a digest; makes its directory. */
  PathLock lock(String sha256, Runnable waiting) throws IOException, InterruptedException {
    Path home = home(sha256);
    if (!Files.isDirectory(home)) {
      Files.createDirectories(home);
      force(directory);
    }
    return PathLock.acquire(home.resolve(".lock"), waiting);
  }

  Path partFor(String sha256) {
    return home(sha256).resolve(".part");
  }

  /**
   * Lets an archive appear.
   *
   * @param part the file; its digest was checked and its data is on disk
   */
  Path publish(String sha256, String fileName, Path part) throws IOException {
    Path file = fileFor(sha256, fileName);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    force(home(sha256));
    writeStamp(file, fingerprint(file));
    return file;
  }

  private Path home(String sha256) {
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in lower case: " + sha256);
    }
    return directory.resolve(sha256);
  }

  private static List<Path> archives(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files
          .filter(f -> !f.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  private static boolean isSound(Path file, String sha256) throws IOException {
    Map<String, Object> fingerprint = fingerprint(file);
    if (isStamped(file, fingerprint)) {
      return true;
    }
    if (!Digests.ofFile(file).equals(sha256)) {
      return false;
    }
    writeStamp(file, fingerprint);
    return true;
  }

  private static Map<String, Object> fingerprint(Path file) throws IOException {
    return Files.readAttributes(file, "unix:size,ino,ctime,lastModifiedTime");
  }

  private static boolean isStamped(Path file, Map<String, Object> fingerprint) throws IOException {
    Path stamp = file.resolveSibling(".verified");
    try {
      return Files.readString(stamp).equals(stampText(file, fingerprint))
          && isLater(stamp, fingerprint);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Writes down that the file is sound as it is.
   *
   * <p>A file's times move in ticks of some milliseconds: a change in the tick of the stamp would
   * leave no trace. So the stamp counts only if it is of a later tick than the file, and is written
   * again until it is.
   */
  private static void writeStamp(Path file, Map<String, Object> fingerprint) {
    Path stamp = file.resolveSibling(".verified");
    try {
      for (int i = 0; i < 50; i++) {
        Files.writeString(stamp, stampText(file, fingerprint));
        if (isLater(stamp, fingerprint)) {
          return;
        }
        LockSupport.parkNanos(1_000_000);
      }
    } catch (IOException e) {
      // The stamp only saves time. A store that can be read but not written works without it.
    }
  }

  private static boolean isLater(Path stamp, Map<String, Object> fingerprint) throws IOException {
    FileTime changed = (FileTime) fingerprint.get("ctime");
    return Files.getLastModifiedTime(stamp).compareTo(changed) > 0;
  }

  private static String stampText(Path file, Map<String, Object> fingerprint) {
    return String.format(
        "%s%nsize %s%ninode %s%nmodified %s%nchanged %s%n",
        file.getFileName(),
        fingerprint.get("size"),
        fingerprint.get("ino"),
        fingerprint.get("lastModifiedTime"),
        fingerprint.get("ctime"));
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
