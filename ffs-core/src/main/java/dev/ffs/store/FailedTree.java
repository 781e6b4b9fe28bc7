package dev.ffs.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The tree of a step that failed, while somebody looks at it: it stays where it is until this is
 * closed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FailedTree implements AutoCloseable {

  /** In a tree: its step has succeeded since, so it goes with who looks at it. */
  private static final String OUTDATED = "outdated";

  private final LayerStore store;
  private final Path directory;
  private final Alive alive;

  private FailedTree(LayerStore store, Path directory, Alive alive) {
    this.store = store;
    this.directory = directory;
    this.alive = alive;
  }

  /**
   * Enters a tree. Under the lock of the store.
   *
   * @return the tree, or empty if there is none
   * @throws StoreException if somebody else is in it
   */
  static Optional<FailedTree> enter(LayerStore store, Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    Optional<String> holder = Alive.holder(lockPath(directory));
    if (holder.isPresent()) {
      throw new StoreException(
          "process %s has a shell open in %s; leave that one first"
              .formatted(holder.get(), directory));
    }
    // Of a process that was killed.
    Files.deleteIfExists(lockPath(directory));
    return Optional.of(new FailedTree(store, directory, Alive.mark(lockPath(directory))));
  }

  /** Returns the process that is in a tree. Under the lock of the store. */
  static Optional<String> holder(Path directory) throws IOException {
    return Alive.holder(lockPath(directory));
  }

  /** Has a tree go with who is in it. Under the lock of the store. */
  static void outdate(Path directory) throws IOException {
    Files.writeString(directory.resolve(OUTDATED), "");
  }

  /** Beside the tree, and hidden, since it is no tree. */
  private static Path lockPath(Path directory) {
    return directory.resolveSibling("." + directory.getFileName() + ".lock");
  }

  /**
   * Returns where the tree is.
   *
   * @return an absolute path, laid out like that of a {@link Workspace}
   */
  public Path directory() {
    return directory;
  }

  @Override
  public void close() {
    try {
      Optional<Path> old =
          store.guarded(
              () -> {
                Optional<Path> aside =
                    Files.exists(directory.resolve(OUTDATED))
                        ? Optional.of(store.aside(directory))
                        : Optional.empty();
                alive.close();
                return aside;
              });
      if (old.isPresent()) {
        Trees.remove(old.get());
      }
    } catch (IOException e) {
      throw new StoreException("cannot leave " + directory, e);
    }
  }
}
