package dev.ffs.engine;

import dev.ffs.lock.PathLock;
import dev.ffs.plan.StepKey;
import dev.ffs.store.LayerStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The files of one output in a directory that is not ours alone. Each appears by one rename when it
 * is whole and on disk; what is there already and right is left as it is.
 */
final class OutputFiles {

  private static final String MODE = "rw-r--r--";
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,ctime";

  private final LayerStore store;
  private final Path directory;
  private final String name;

  /** Writes a file. */
  interface Content {

    /**
     * Writes.
     *
     * @param out takes the bytes
     * @param scratch a file for whatever is not to stay
     */
    void write(OutputStream out, Path scratch) throws IOException;
  }

  /**
   * Begins.
   *
   * @param directory where the files go; must be there
   * @param name what their names begin with
   */
  OutputFiles(LayerStore store, Path directory, String name) {
    this.store = store;
    this.directory = directory;
    this.name = name;
  }

  Path path(String suffix) {
    return directory.resolve(name + suffix);
  }

  /**
   * Waits until no other build writes the same files, and removes what one left that was killed.
   *
   * @param waiting called once if another build does
   */
  PathLock lock(Runnable waiting) throws IOException, InterruptedException {
    PathLock lock = PathLock.acquire(directory.resolve("." + name + ".lock"), waiting);
    boolean clean = false;
    try {
      // Who makes such files holds the lock.
      try (DirectoryStream<Path> parts =
          Files.newDirectoryStream(
              directory, entry -> entry.getFileName().toString().startsWith(partPrefix()))) {
        for (Path part : parts) {
          Files.deleteIfExists(part);
        }
      }
      clean = true;
      return lock;
    } finally {
      if (!clean) {
        lock.close();
      }
    }
  }

  private String partPrefix() {
    return "." + name + ".part.";
  }

  /**
   * Finds a file that is there already.
   *
   * @param key all that its content depends on
   * @return the file, if it is what was written for the key
   */
  Optional<BuildResult.OutputFile> unchanged(String suffix, String key) throws IOException {
    Path file = path(suffix);
    Optional<String> expected = store.recall(key);
    if (expected.isEmpty() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String state = state(file);
    Optional<String> known = store.recall(stateKey(file));
    String digest;
    if (known.isPresent() && known.get().startsWith(state + " ")) {
      digest = known.get().substring(state.length() + 1);
    } else {
      digest = digest(file);
      store.remember(stateKey(file), state + " " + digest);
    }
    return digest.equals(expected.get())
        ? Optional.of(new BuildResult.OutputFile(file, Files.size(file), digest))
        : Optional.empty();
  }

  /** Writes a text that is another one each time. */
  void replace(String suffix, String text) throws IOException {
    Path part = directory.resolve(partPrefix() + suffix.substring(1));
    try {
      Files.writeString(part, text);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(MODE));
      Files.move(
          part, path(suffix), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Writes a file. */
  BuildResult.OutputFile write(String suffix, String key, Content content) throws IOException {
    Path file = path(suffix);
    Path part = directory.resolve(partPrefix() + suffix.substring(1));
    Path scratch = directory.resolve(partPrefix() + suffix.substring(1) + ".scratch");
    MessageDigest sha256 = sha256();
    try {
      try (OutputStream out =
          new DigestOutputStream(
              Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              sha256)) {
        content.write(out, scratch);
      }
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(MODE));
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
      Files.deleteIfExists(scratch);
    }
    String digest = HexFormat.of().formatHex(sha256.digest());
    store.remember(key, digest);
    store.remember(stateKey(file), state(file) + " " + digest);
    return new BuildResult.OutputFile(file, Files.size(file), digest);
  }

  /**
   * What changes whenever somebody writes to a file: to read gigabytes again only to find them as
   * they were would take longer than a build in which nothing changed may.
   */
  private static String state(Path file) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    return "%s:%s:%s:%s:%s"
        .formatted(
            attributes.get("dev"),
            attributes.get("ino"),
            attributes.get("size"),
            attributes.get("lastModifiedTime"),
            attributes.get("ctime"));
  }

  private static String stateKey(Path file) throws IOException {
    Path real = file.resolveSibling(".").toRealPath().resolve(file.getFileName());
    return StepKey.sha256("state of " + real.toUri());
  }

  private static String digest(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      Files.copy(file, sink);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
