package dev.ffs.store;

import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Finished steps on disk, shared by all builds of a user.
 *
 * <pre>
 * STORE/keys/KEY               which layer the step with this key made, and what went into the key
 * STORE/layers/DIGEST/tree     what a step changed; as an overlay's lower directory
 * STORE/layers/DIGEST/manifest every entry of the tree
 * STORE/running/               steps at work; whatever is not locked there is rubbish
 * STORE/failed/BUILD/STEP      the trees of steps that failed last
 * STORE/logs/BUILD/STEP.log    the output of each step, of its last run
 * STORE/sources/               archives by digest
 * STORE/outputs/               digests of what was packed, by key
 * </pre>
 *
 * <p>A layer becomes visible by one rename when all of it is on disk, and a key points to a layer
 * only after that. Safe for several threads and processes.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LayerStore {

  private static final double UNKNOWN_STEP_SECONDS = 10;

  private static final Pattern DIGEST_LINE = Pattern.compile("([0-9a-f]{64})\n");

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
      for (String name :
          List.of("keys", "layers", "running", "failed", "logs", "sources", "outputs")) {
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
   * @return the layer, or empty if no such step is known
   * @throws StoreException if the store cannot be read
   */
  public Optional<Layer> find(StepKey key) {
    Path file = root.resolve("keys").resolve(key.digest());
    try {
      // Whatever the bytes are: a damaged key is as good as none.
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      Matcher digest = DIGEST_LINE.matcher(text);
      if (!digest.lookingAt()) {
        return Optional.empty();
      }
      Path directory = root.resolve("layers").resolve(digest.group(1));
      // The manifest is written last: where it is, all of the layer is.
      return Files.exists(directory.resolve("manifest"))
              && Files.isDirectory(directory.resolve("tree"))
          ? Optional.of(new Layer(digest.group(1), directory.resolve("tree")))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot read " + file, e);
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
    Path file = root.resolve("layers").resolve(layer.digest()).resolve("manifest");
    try {
      Manifest manifest = Manifest.parse(Files.readString(file));
      if (!manifest.digest().equals(layer.digest())) {
        throw new StoreException(damaged(file, "its digest is " + manifest.digest()));
      }
      return manifest;
    } catch (IllegalArgumentException e) {
      throw new StoreException(damaged(file, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new StoreException("cannot read " + file, e);
    }
  }

  private static String damaged(Path manifest, String why) {
    return manifest
        + " is damaged: "
        + why
        + "; remove "
        + manifest.getParent()
        + " and build again";
  }

  /**
   * Makes a directory for a step that is to run.
   *
   * @return the directory
   * @throws StoreException if it cannot be made
   */
  public Workspace begin() {
    try {
      return Workspace.create(root.resolve("running"), "step");
    } catch (IOException e) {
      throw new StoreException("cannot begin a step in " + root.resolve("running"), e);
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
    try {
      Manifest manifest = Trees.manifest(workspace.upper());
      String digest = manifest.digest();
      Path target = root.resolve("layers").resolve(digest);
      writeDurably(workspace.layer().resolve("manifest"), manifest.toText());
      syncDirectory(workspace.layer());
      publish(workspace.layer(), target);
      StringBuilder text = new StringBuilder(digest).append('\n');
      key.inputs()
          .forEach((name, value) -> text.append(name).append('\t').append(value).append('\n'));
      replaceDurably(root.resolve("keys"), key.digest(), text.toString());
      return new Layer(digest, target.resolve("tree"));
    } catch (IOException e) {
      throw new StoreException("cannot keep the result of a step", e);
    }
  }

  private void publish(Path layer, Path target) throws IOException {
    try {
      Files.move(layer, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // A directory that is there and not empty has no exception of its own.
      if (Files.exists(target.resolve("manifest"))) {
        // Another step, or another build, made the same content: that one stays.
        return;
      }
      // What damage has left of a layer makes way.
      Trees.remove(target);
      Files.move(layer, target, StandardCopyOption.ATOMIC_MOVE);
    }
    syncDirectory(root.resolve("layers"));
  }

  /**
   * Keeps the tree of a step that failed, in place of that of its last failure.
   *
   * @param build name of the build
   * @param step name of the step
   * @param workspace where it ran; its files are at the returned path afterwards
   * @return where the tree is now
   * @throws StoreException if that fails
   */
  public Path keepFailed(String build, String step, Workspace workspace) {
    Path target = failed(build, step);
    try {
      Files.createDirectories(target.getParent());
      Trees.remove(target);
      Files.move(workspace.directory(), target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      throw new StoreException("cannot keep the tree of the failed step " + step, e);
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
   * Makes the place of a failed step's tree ready for a shell, whether the step failed or not.
   *
   * @param build name of the build
   * @param step name of the step
   * @return the directory, laid out like that of a {@link Workspace}
   */
  public Path forShell(String build, String step) {
    Path directory = failed(build, step);
    try {
      for (String name : List.of("layer/tree", "overlay", "build")) {
        Files.createDirectories(directory.resolve(name));
      }
      return directory;
    } catch (IOException e) {
      throw new StoreException("cannot make " + directory, e);
    }
  }

  /**
   * Forgets the tree of a step that failed before and has succeeded now.
   *
   * @param build name of the build
   * @param step name of the step
   */
  public void forgetFailed(String build, String step) {
    try {
      Trees.remove(failed(build, step));
    } catch (IOException e) {
      throw new StoreException("cannot remove " + failed(build, step), e);
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
      replaceDurably(root.resolve("outputs"), key, value + "\n");
    } catch (IOException e) {
      throw new StoreException("cannot write " + key, e);
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
      throw new StoreException("cannot read " + key, e);
    }
  }

  /**
   * Returns how long a step took when it last ran, in whatever build.
   *
   * @param step the step
   * @return seconds; 10 for a step that never ran here
   */
  public double expectedSeconds(StepId step) {
    try {
      double seconds = recall(duration(step)).map(Double::parseDouble).orElse(UNKNOWN_STEP_SECONDS);
      return Double.isFinite(seconds) && seconds >= 0 ? seconds : UNKNOWN_STEP_SECONDS;
    } catch (NumberFormatException e) {
      // A hint that a crash has damaged is as good as none.
      return UNKNOWN_STEP_SECONDS;
    }
  }

  /**
   * Takes note of how long a step took.
   *
   * @param step the step
   * @param seconds the time
   */
  public void expectSeconds(StepId step, double seconds) {
    remember(duration(step), Double.toString(seconds));
  }

  private static String duration(StepId step) {
    return "seconds-" + step.phase() + "-" + step.step();
  }

  /** Removes workspaces whose process is gone: it held a lock that nobody holds now. */
  private void removeStale() throws IOException {
    List<Path> directories = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(root.resolve("running"), Files::isDirectory)) {
      stream.forEach(directories::add);
    }
    for (Path directory : directories) {
      if (Workspace.isLive(directory)) {
        continue;
      }
      Path lockPath = Workspace.lockPath(directory);
      try (FileChannel channel =
          FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          Trees.remove(directory);
          Files.deleteIfExists(lockPath);
        }
      }
    }
  }

  private static void writeDurably(Path file, String text) throws IOException {
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

  private static void replaceDurably(Path directory, String name, String text) throws IOException {
    Path part = Files.createTempFile(directory, ".part", null);
    writeDurably(part, text);
    Files.move(
        part,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(directory);
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
