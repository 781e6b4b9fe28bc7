package dev.ffs.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apiguardian.api.API;

/**
 * The directory of one running step, on the file system of the store.
 *
 * <p>Closing it removes it with all that is in it, unless it was committed or kept.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Workspace implements AutoCloseable {

  private final Path directory;
  private final Alive alive;

  private Workspace(Path directory, Alive alive) {
    this.directory = directory;
    this.alive = alive;
  }

  /** Makes a workspace whose lock tells other processes that it is in use. */
  static Workspace create(Path parent, String prefix) throws IOException {
    Path directory = parent.resolve(prefix + UUID.randomUUID());
    Workspace workspace = new Workspace(directory, Alive.mark(lockPath(directory)));
    for (String name : new String[] {"layer/tree", "overlay", "build"}) {
      Files.createDirectories(directory.resolve(name));
    }
    CrashPoint.WORKSPACE_MADE.reached();
    return workspace;
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
      alive.close();
    } catch (IOException e) {
      throw new StoreException("cannot remove " + directory, e);
    }
  }
}
