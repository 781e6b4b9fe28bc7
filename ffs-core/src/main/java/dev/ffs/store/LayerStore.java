package dev.ffs.store;

import dev.ffs.lock.PathLock;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * Finished steps on disk, shared by all builds of a user.
 *
 * <pre>
 * STORE/keys/KEY               which layer the step with this key made, with how many jobs, and what
 *                              went into the key
 * STORE/texts/DIGEST           scripts and other texts that went into keys, to show what changed
 * STORE/layers/DIGEST/tree     what a step changed; as an overlay's lower directory
 * STORE/layers/DIGEST/manifest every entry of the tree
 * STORE/builds/BUILD/NUMBER    what a build used: keys and layers of its steps, its sources
 * STORE/locks/KEY              held by who makes what belongs to the key
 * STORE/lock                   held for a moment by who looks for layers, adds or removes some
 * STORE/running/               steps at work; whatever is not locked there is rubbish
 * STORE/failed/BUILD/STEP      the trees of steps that failed last
 * STORE/logs/BUILD/STEP.log    the output of each step, of its last run
 * STORE/sources/               archives by digest
 * STORE/outputs/               digests of what was packed, by key
 * </pre>
 *
 * <p>A layer becomes visible by one rename when all of it is on disk, and a key points to a layer
 * only after that. Safe for several threads and processes. Builds use it through a {@link
 * BuildRecord}, so that what they use stays.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LayerStore {

  private static final List<String> DIRECTORIES =
      List.of(
          "keys", "texts", "layers", "builds", "locks", "running", "failed", "logs", "sources",
          "outputs");

  private final Path root;

  private LayerStore(Path root) {
    this.root = root;
  }

  /**
   * Opens a store, makes it if it is not there, and removes what dead processes left behind.
   *
   * @param root its directory
   * @return the store
   * @throws StoreException if it cannot be used
   */
  public static LayerStore open(Path root) {
    Path absolute = root.toAbsolutePath().normalize();
    if (absolute.toString().chars().anyMatch(c -> c == '\n' || c == '\t')) {
      throw new StoreException("the store's path must not hold a tab or line end: " + absolute);
    }
    try {
      Files.createDirectories(absolute);
      // By one path, whichever links lead there: this process knows its steps by their paths.
      LayerStore store = new LayerStore(absolute.toRealPath());
      for (String name : DIRECTORIES) {
        Files.createDirectories(store.root.resolve(name));
      }
      store.removeStale();
      return store;
    } catch (IOException e) {
      throw new StoreException("cannot use the store at " + absolute, e);
    }
  }

  /**
   * Returns the store's directory.
   *
   * @return an absolute path
   */
  public Path root() {
    return root;
  }

  /**
   * Returns where the output of a step is logged.
   *
   * @param build name of the build
   * @param step name of the step
   * @return the file; its directory exists
   */
  public Path log(String build, String step) {
    Path directory = root.resolve("logs").resolve(build);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StoreException("cannot make " + directory, e);
    }
    return directory.resolve(step.replace('/', '-') + ".log");
  }

  /**
   * Finds what a step with this key made.
   *
   * @param key the key
   * @return the layer, or empty if no such step is known, or what is known is damaged
   * @throws StoreException if the store cannot be read
   */
  public Optional<Layer> find(StepKey key) {
    return find(key.digest(), damage -> {}).map(Kept::layer);
  }

  /**
   * What a step left.
   *
   * @param manifest what the layer holds
   */
  record Kept(Layer layer, Manifest manifest) {}

  /** Finds what belongs to a key, and says what is damaged. */
  Optional<Kept> find(String key, Consumer<String> onDamage) {
    Optional<KeyFile> file = KeyFile.read(keys(), key, onDamage);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Layer layer = layer(file.get().layer());
    if (!Files.exists(directoryOf(layer))) {
      // Removed as a whole, because it was damaged.
      return Optional.empty();
    }
    try {
      if (!Files.isDirectory(layer.tree())) {
        throw new StoreException(damaged(layer, "it has no files"));
      }
      return Optional.of(new Kept(layer, manifest(layer)));
    } catch (StoreException e) {
      // As good as none: whoever needs it makes it again.
      onDamage.accept(e.getMessage());
      return Optional.empty();
    }
  }

  Path keys() {
    return root.resolve("keys");
  }

  Path layers() {
    return root.resolve("layers");
  }

  Path running() {
    return root.resolve("running");
  }

  Layer layer(String digest) {
    return new Layer(digest, layers().resolve(digest).resolve("tree"));
  }

  private Path directoryOf(Layer layer) {
    return layers().resolve(layer.digest());
  }

  static Path manifestFile(Layer layer) {
    return layer.tree().resolveSibling("manifest");
  }

  /**
   * Returns what went into a key.
   *
   * @param key the key's digest
   * @return inputs by name, or empty if the key is not known
   * @throws StoreException if the store cannot be read
   */
  public Optional<SortedMap<String, String>> inputs(String key) {
    return KeyFile.read(keys(), key, damage -> {}).map(KeyFile::inputs);
  }

  /**
   * Says with how many jobs the step with a key was made.
   *
   * @param key the key
   * @return how many, or empty if that is not known
   * @throws StoreException if the store cannot be read
   */
  public OptionalInt jobs(StepKey key) {
    return KeyFile.read(keys(), key.digest(), damage -> {})
        .map(KeyFile::jobs)
        .orElseGet(OptionalInt::empty);
  }

  /**
   * Returns a text that went into a key.
   *
   * @param digest its digest
   * @return the text, or empty if it is not kept, or damaged
   * @throws StoreException if the store cannot be read
   */
  public Optional<String> text(String digest) {
    Path file = root.resolve("texts").resolve(digest);
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
          .filter(text -> StepKey.sha256(text).equals(digest));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot read " + file, e);
    }
  }

  void keepTexts(Collection<String> texts) throws IOException {
    for (String text : texts) {
      String digest = StepKey.sha256(text);
      if (text(digest).isEmpty()) {
        guarded(
            () -> {
              // What a power failure damages of it is noticed, and only shown to people.
              DurableFiles.replaceSoon(root.resolve("texts"), digest, text);
              return digest;
            });
      }
    }
  }

  /**
   * Waits until nobody else makes what belongs to a key, and keeps others from it.
   *
   * @param key the key
   * @param waiting called once if somebody else is at it
   * @return the lock, to be closed by the same thread
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws StoreException if the store cannot be used
   */
  public KeyLock lock(StepKey key, Runnable waiting) throws InterruptedException {
    Path file = root.resolve("locks").resolve(key.digest());
    try {
      return new KeyLock(PathLock.acquire(file, waiting));
    } catch (IOException e) {
      throw new StoreException("cannot lock " + file, e);
    }
  }

  /** Told of a layer before anybody could remove it. */
  interface Committed {
    void accept(Kept kept) throws IOException;
  }

  /** Something done while nobody else looks for layers, adds or removes some. */
  interface Guarded<T> {
    T run() throws IOException;
  }

  /** Does something in a moment in which nobody else changes what there is. */
  @SuppressWarnings("try") // The lock is held, not used.
  <T> T guarded(Guarded<T> action) throws IOException {
    // An interrupt is for whoever waits long; this takes a moment.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (PathLock lock = PathLock.acquire(root.resolve("lock"), () -> {})) {
          return action.run();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Reads the manifest of a layer.
   *
   * @param layer the layer
   * @return what it holds
   * @throws StoreException if it cannot be read or is damaged
   */
  public Manifest manifest(Layer layer) {
    Path file = manifestFile(layer);
    try {
      Manifest manifest =
          Manifest.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      if (!manifest.digest().equals(layer.digest())) {
        throw new StoreException(
            damaged(layer, "the digest of its manifest is " + manifest.digest()));
      }
      return manifest;
    } catch (IllegalArgumentException e) {
      throw new StoreException(damaged(layer, String.valueOf(e.getMessage())));
    } catch (NoSuchFileException e) {
      throw new StoreException(damaged(layer, "it has no manifest"));
    } catch (IOException e) {
      throw new StoreException("cannot read " + file, e);
    }
  }

  private static String damaged(Layer layer, String why) {
    return "layer " + layer.digest() + " is damaged: " + why;
  }

  /**
   * Compares the files of a layer with its manifest.
   *
   * @param manifest what the layer is to hold
   * @param layer the layer
   * @param unchanged the time of files that nobody changed: their content is not read. Empty if all
   *     is to be read
   * @return what is wrong, or empty if nothing is
   */
  Optional<String> damage(Manifest manifest, Layer layer, Optional<Instant> unchanged) {
    return TreeCheck.problem(layer.tree(), manifest, unchanged).map(why -> damaged(layer, why));
  }

  /** Takes a layer away, so that it is made again. */
  void discard(Layer layer) {
    try {
      Path aside = running().resolve("damaged" + UUID.randomUUID());
      boolean moved =
          guarded(
              () -> {
                if (!Files.exists(directoryOf(layer))) {
                  return false;
                }
                Files.move(directoryOf(layer), aside, StandardCopyOption.ATOMIC_MOVE);
                return true;
              });
      CrashPoint.DAMAGED_LAYER_ASIDE.reached();
      if (moved) {
        Trees.remove(aside);
      }
    } catch (IOException e) {
      throw new StoreException("cannot remove the damaged layer " + layer.digest(), e);
    }
  }

  /**
   * Begins to use the store for a build. What the build uses stays until it is over.
   *
   * @param build name of the build
   * @param unchanged the time that all files of layers have; one with another time is read before
   *     it is used
   * @return the record, to be closed
   * @throws StoreException if the store cannot be used
   */
  public BuildRecord record(String build, Instant unchanged) {
    return BuildRecord.begin(this, build, unchanged, true);
  }

  /**
   * Begins to use the store without building. What is used stays until it is over, and nothing of
   * the record stays afterwards.
   *
   * @param build name of the build
   * @param unchanged as for {@link #record}
   * @return the record, to be closed
   * @throws StoreException if the store cannot be used
   */
  public BuildRecord use(String build, Instant unchanged) {
    return BuildRecord.begin(this, build, unchanged, false);
  }

  /**
   * Returns what the last builds of a name recorded of a step.
   *
   * @param build name of the build
   * @param step the step
   * @return its key's digest, or empty if no record names the step
   * @throws StoreException if the store cannot be read
   */
  public Optional<String> lastKey(String build, StepId step) {
    return History.of(this).lastKey(build, step);
  }

  /**
   * Makes a directory for a step that is to run.
   *
   * @return the directory
   * @throws StoreException if it cannot be made
   */
  public Workspace begin() {
    try {
      return guarded(() -> Workspace.create(running(), "step"));
    } catch (IOException e) {
      throw new StoreException("cannot begin a step in " + running(), e);
    }
  }

  /**
   * Takes what a step changed as its result. The caller has seen to it that the files are on disk.
   *
   * @param key the step's key
   * @param workspace where it ran
   * @return the layer
   * @throws StoreException if that fails; then nothing has changed
   */
  public Layer commit(StepKey key, Workspace workspace) {
    return commit(key, OptionalInt.empty(), workspace, kept -> {}).layer();
  }

  /**
   * Lists what a step changed, without keeping it.
   *
   * @param workspace where it ran
   * @return what a layer of it would hold
   * @throws StoreException if that cannot be read
   */
  public Manifest manifest(Workspace workspace) {
    try {
      return Trees.manifest(workspace.upper());
    } catch (IOException e) {
      throw new StoreException("cannot list what a step changed", e);
    }
  }

  /** Takes what a step changed, and lets its record know before anybody could remove it. */
  Kept commit(StepKey key, OptionalInt jobs, Workspace workspace, Committed record) {
    try {
      Manifest manifest = Trees.manifest(workspace.upper());
      Layer layer = layer(manifest.digest());
      DurableFiles.write(workspace.layer().resolve("manifest"), manifest.toText());
      DurableFiles.sync(workspace.layer());
      CrashPoint.MANIFEST_WRITTEN.reached();
      Kept kept = new Kept(layer, manifest);
      // To read what is there takes its time, so nobody is kept waiting meanwhile.
      boolean damaged =
          Files.exists(directoryOf(layer))
              && (!Files.exists(manifestFile(layer))
                  || damage(manifest, layer, Optional.empty()).isPresent());
      return guarded(
          () -> {
            publish(workspace, layer, damaged);
            CrashPoint.LAYER_PUBLISHED.reached();
            DurableFiles.replace(
                keys(), key.digest(), new KeyFile(layer.digest(), jobs, key.inputs()).toText());
            CrashPoint.KEY_WRITTEN.reached();
            record.accept(kept);
            return kept;
          });
    } catch (IOException e) {
      throw new StoreException("cannot keep the result of a step", e);
    }
  }

  private void publish(Workspace workspace, Layer layer, boolean damaged) throws IOException {
    Path target = directoryOf(layer);
    if (Files.exists(target)) {
      if (!damaged) {
        // Another step, or another build, made the same content: that one stays.
        return;
      }
      // What damage has left of a layer makes way; it goes with the workspace.
      Files.move(target, workspace.directory().resolve("damaged"), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(workspace.layer(), target, StandardCopyOption.ATOMIC_MOVE);
    CrashPoint.LAYER_RENAMED.reached();
    DurableFiles.sync(layers());
  }

  /**
   * Keeps the tree of a step that failed, in place of that of its last failure.
   *
   * @param build name of the build
   * @param step name of the step
   * @param workspace where it ran; its files are at the returned path afterwards
   * @return where the tree is now, or empty if somebody has a shell open in that of its last
   *     failure: then that one stays
   * @throws StoreException if that fails
   */
  public Optional<Path> keepFailed(String build, String step, Workspace workspace) {
    Path target = failed(build, step);
    try {
      Files.createDirectories(target.getParent());
      List<Path> old = new ArrayList<>();
      boolean kept =
          guarded(
              () -> {
                if (FailedTree.holder(target).isPresent()) {
                  return false;
                }
                if (Files.exists(target)) {
                  old.add(aside(target));
                }
                Files.move(workspace.directory(), target, StandardCopyOption.ATOMIC_MOVE);
                return true;
              });
      CrashPoint.FAILED_TREE_KEPT.reached();
      for (Path tree : old) {
        Trees.remove(tree);
      }
      return kept ? Optional.of(target) : Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot keep the tree of the failed step " + step, e);
    }
  }

  /** Moves a directory to where it is rubbish, and returns where that is. */
  Path aside(Path directory) throws IOException {
    Path aside = running().resolve("old" + UUID.randomUUID());
    Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
    return aside;
  }

  /**
   * Returns who has a shell open in the tree of a failed step.
   *
   * @param build name of the build
   * @param step name of the step
   * @return the id of a process, or empty if nobody has
   * @throws StoreException if the store cannot be read
   */
  public Optional<String> userOfFailed(String build, String step) {
    try {
      return guarded(() -> FailedTree.holder(failed(build, step)));
    } catch (IOException e) {
      throw new StoreException("cannot look at " + failed(build, step), e);
    }
  }

  /**
   * Returns where the tree of a failed step is kept.
   *
   * @param build name of the build
   * @param step name of the step
   * @return the directory, which exists only if the step failed
   */
  public Path failed(String build, String step) {
    return root.resolve("failed").resolve(build).resolve(step.replace('/', '-'));
  }

  /**
   * Enters the tree of a step that failed; nobody removes or replaces it meanwhile.
   *
   * @param build name of the build
   * @param step name of the step
   * @return the tree, to be closed, or empty if the step did not fail
   * @throws StoreException if somebody else is in it
   */
  public Optional<FailedTree> enterFailed(String build, String step) {
    try {
      return guarded(() -> FailedTree.enter(this, failed(build, step)));
    } catch (IOException e) {
      throw new StoreException("cannot enter " + failed(build, step), e);
    }
  }

  /**
   * Forgets the tree of a step that failed before and has succeeded now. If somebody has a shell
   * open in it, it goes with the end of that.
   *
   * @param build name of the build
   * @param step name of the step
   */
  public void forgetFailed(String build, String step) {
    Path directory = failed(build, step);
    try {
      List<Path> old = new ArrayList<>();
      guarded(
          () -> {
            if (!Files.exists(directory)) {
              return step;
            }
            if (FailedTree.holder(directory).isPresent()) {
              FailedTree.outdate(directory);
            } else {
              old.add(aside(directory));
            }
            return step;
          });
      for (Path tree : old) {
        Trees.remove(tree);
      }
    } catch (IOException e) {
      throw new StoreException("cannot remove " + directory, e);
    }
  }

  /**
   * Remembers a small fact, such as the digest of an output.
   *
   * @param key its name
   * @param value one line
   */
  public void remember(String key, String value) {
    try {
      guarded(
          () -> {
            DurableFiles.replace(root.resolve("outputs"), key, value + "\n");
            return key;
          });
    } catch (IOException e) {
      throw new StoreException("cannot write " + root.resolve("outputs").resolve(key), e);
    }
  }

  /**
   * Recalls a small fact.
   *
   * @param key its name
   * @return what was remembered, or empty
   */
  public Optional<String> recall(String key) {
    try {
      byte[] bytes = Files.readAllBytes(root.resolve("outputs").resolve(key));
      // Whatever the bytes are: what was damaged is not what was remembered.
      return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot read " + root.resolve("outputs").resolve(key), e);
    }
  }

  /**
   * Returns how long a step took when it last ran, in whatever build.
   *
   * @param step the step
   * @return seconds, or empty for a step that never ran here
   */
  public OptionalDouble expectedSeconds(StepId step) {
    try {
      return recall(duration(step))
          .map(Double::parseDouble)
          .filter(seconds -> Double.isFinite(seconds) && seconds >= 0)
          .map(OptionalDouble::of)
          .orElseGet(OptionalDouble::empty);
    } catch (NumberFormatException e) {
      // A hint that a crash has damaged is as good as none.
      return OptionalDouble.empty();
    }
  }

  /**
   * Takes note of how long a step took.
   *
   * @param step the step
   * @param seconds the time
   */
  public void expectSeconds(StepId step, double seconds) {
    try {
      guarded(
          () -> {
            // A hint, which a power failure may damage.
            DurableFiles.replaceSoon(
                root.resolve("outputs"), duration(step), Double.toString(seconds));
            return step;
          });
    } catch (IOException e) {
      throw new StoreException("cannot write how long " + step + " took", e);
    }
  }

  private static String duration(StepId step) {
    return "seconds-" + step.phase() + "-" + step.step();
  }

  /** Removes what dead processes left. */
  private void removeStale() throws IOException {
    List<Path> stale =
        guarded(
            () -> {
              List<Path> found = new ArrayList<>();
              try (var entries = Files.newDirectoryStream(running())) {
                for (Path entry : entries) {
                  String name = entry.getFileName().toString();
                  Path lock = name.endsWith(".lock") ? entry : Workspace.lockPath(entry);
                  if (!Alive.is(lock)) {
                    found.add(entry);
                  }
                }
              }
              // Small files are replaced under the lock of the store, so nobody writes these now.
              for (Path directory : withSmallFiles()) {
                try (var parts = Files.newDirectoryStream(directory, ".part*")) {
                  parts.forEach(found::add);
                }
              }
              return found;
            });
    for (Path entry : stale) {
      Trees.remove(entry);
    }
    try (var locks = Files.newDirectoryStream(root.resolve("locks"))) {
      for (Path file : locks) {
        removeUnlessHeld(file);
      }
    }
  }

  private static void removeUnlessHeld(Path lockFile) throws IOException {
    try {
      Optional<PathLock> lock = PathLock.tryAcquire(lockFile);
      if (lock.isPresent()) {
        try (PathLock nobodys = lock.get()) {
          nobodys.deleteFile();
        }
      }
    } catch (NoSuchFileException e) {
      // Its holder was done with it just now.
    }
  }

  private List<Path> withSmallFiles() throws IOException {
    List<Path> directories = new ArrayList<>();
    for (String name : List.of("keys", "texts", "outputs")) {
      directories.add(root.resolve(name));
    }
    for (String build : History.of(this).builds()) {
      directories.add(root.resolve("builds").resolve(build));
    }
    return directories;
  }
}
