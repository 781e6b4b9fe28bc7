package dev.ffs.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;

/**
 * The directory of one running step, on the file system of the store.
 *
 * <p>Closing it removes it with all that is in it, unless it was committed or kept.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Workspace implements AutoCloseable {

  /**
   * The workspaces of this process. Its own locks it must not try: opening and closing a lock file
   * a second time drops the lock for all other processes (fcntl(2), "record locks").
   */
  private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel lockFile;
  private final FileLock lock;

  private Workspace(Path directory, FileChannel lockFile, FileLock lock) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Makes a workspace whose lock tells other processes that it is in use. */
  static Workspace create(Path parent, String prefix) throws IOException {
    Path directory = parent.resolve(prefix + UUID.randomUUID());
    LIVE.add(directory);
    FileChannel channel =
        FileChannel.open(
            lockPath(directory), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileLock lock = channel.lock();
    for (String name : new String[] {"layer/tree", "overlay", "build"}) {
      Files.createDirectories(directory.resolve(name));
    }
    return new Workspace(directory, channel, lock);
  }

  static boolean isLive(Path directory) {
    return LIVE.contains(directory);
  }

  /** The lock stands beside the directory, so that it can be taken before there is one. */
  static Path lockPath(Path directory) {
    return directory.resolveSibling(directory.getFileName() + ".lock");
  }

  /**
   * Returns the directory; the caller may put files of its own into it.
   *
   * @return an absolute path
   */
  public Path directory() {
    return directory;
  }

  /**
   * Returns the directory that takes what the step changes.
   *
   * @return an absolute path
   */
  public Path upper() {
    return directory.resolve("layer/tree");
  }

  /**
   * Returns the directory for the overlay's own use.
   *
   * @return an absolute path
   */
  public Path overlay() {
    return directory.resolve("overlay");
  }

  /**
   * Returns the directory that the step builds in.
   *
   * @return an absolute path
   */
  public Path build() {
    return directory.resolve("build");
  }

  /**
   * Removes what the step built in, which need never reach the disk.
   *
   * @throws StoreException if that fails
   */
  public void discardBuild() {
    try {
      Trees.remove(build());
      Trees.remove(overlay());
    } catch (IOException e) {
      throw new StoreException("cannot remove " + build(), e);
    }
  }

  /** What {@link #upper} stands in, and what becomes the layer. */
  Path layer() {
    return directory.resolve("layer");
  }

  @Override
  public void close() {
    try {
      Trees.remove(directory);
      Files.deleteIfExists(lockPath(directory));
      lock.release();
      lockFile.close();
      LIVE.remove(directory);
    } catch (IOException e) {
      throw new StoreException("cannot remove " + directory, e);
    }
  }
}
