package dev.ffs.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that this process keeps locked while it uses something, so that others see that it does;
 * when the process dies, the kernel drops the lock.
 *
 * <p>Files are marked and looked at under the lock of the store only: between the moment in which a
 * file is made and that in which it is locked, it would look like that of a dead process.
 */
final class Alive implements AutoCloseable {

  /**
   * The files of this process. Its own locks it must not try: opening and closing a file a second
   * time drops the lock for all other processes (fcntl(2), "record locks").
   */
  private static final Set<Path> MINE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private Alive(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Makes a file and locks it. */
  static Alive mark(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    MINE.add(file);
    if (channel.tryLock() == null) {
      throw new IOException(file + " is locked by another process");
    }
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    CrashPoint.ALIVE_MARKED.reached();
    return new Alive(file, channel);
  }

  /** Returns whether a process holds the file. */
  static boolean is(Path file) throws IOException {
    if (MINE.contains(file)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Returns the id of the process that holds the file, or empty if none does. */
  static Optional<String> holder(Path file) throws IOException {
    if (!is(file)) {
      return Optional.empty();
    }
    return Optional.of(
        MINE.contains(file)
            ? Long.toString(ProcessHandle.current().pid())
            : new String(Files.readAllBytes(file), StandardCharsets.US_ASCII));
  }

  /** Gives the file back, and removes it. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close();
    MINE.remove(file);
  }
}
