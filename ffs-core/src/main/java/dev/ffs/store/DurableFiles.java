package dev.ffs.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that survive a power failure, or were never there. */
final class DurableFiles {

  private DurableFiles() {}

  /** Writes a file that nobody reads before this is over. */
  static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var buffer = StandardCharsets.UTF_8.encode(text);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Puts a file into a directory, in place of the one of that name if there is one. */
  static void replace(Path directory, String name, String text) throws IOException {
    replace(directory, name, text, true);
    sync(directory);
  }

  /** Like {@link #replace}, but a power failure may bring the old file back, or damage it. */
  static void replaceSoon(Path directory, String name, String text) throws IOException {
    replace(directory, name, text, false);
  }

  private static void replace(Path directory, String name, String text, boolean durable)
      throws IOException {
    Path part = Files.createTempFile(directory, ".part", null);
    try {
      if (durable) {
        write(part, text);
      } else {
        Files.writeString(part, text);
      }
      CrashPoint.PART_WRITTEN.reached();
      Files.move(
          part,
          directory.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      // Not there any more if all went well.
      Files.deleteIfExists(part);
    }
    CrashPoint.PART_RENAMED.reached();
  }

  /** Brings the names in a directory to disk. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
