package dev.ffs.engine;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.ProcessRunner;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.script.Bundle;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.KeyLock;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A place with files of its own, such as a container: all that a build has there is below the
 * executor's directory.
 *
 * <p>There is the whole bundle, so that a person who looks around there can build by hand. A step
 * runs there in the same enclosure as here. What it changed comes back as one file and becomes a
 * layer of the store, as if it had run here; it also stays there, for the steps that see it. A
 * layer that is only here is brought there before the first step that sees it.
 */
final class RemoteSite implements Site {

  /** Stands in the directory of a step that has failed in another place. */
  static final String ELSEWHERE = "elsewhere";

  /** For what is done there besides steps; the longest is to unpack a large layer. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final BuildRequest request;
  private final Executor executor;
  private final LayerStore store;
  private final String directory;
  private final KeyLock lock;
  private final ProcessRunner processes = new ProcessRunner();
  private final Set<String> layers = new HashSet<>();
  private final Map<String, String> keys = new HashMap<>();
  private final Set<String> archives = new HashSet<>();

  /** Steps that are there at work, by the names of their directories. */
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  private RemoteSite(BuildRequest request, LayerStore store, String directory, KeyLock lock) {
    this.request = request;
    this.executor = request.executor();
    this.store = store;
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Makes the executor's directory ready for a build, and ends what an earlier one has left running
   * there.
   *
   * @param waiting called once if another build is at work there
   * @param damaged is told of each layer there that somebody has changed, and that is gone now
   * @throws InterruptedException if interrupted while that one is waited for
   */
  static RemoteSite open(
      BuildRequest request,
      BuildPlan plan,
      ScriptGenerator scripts,
      LayerStore store,
      String directory,
      Runnable waiting,
      Consumer<String> damaged)
      throws InterruptedException {
    // The command that leads there says where there is.
    String place = String.join(" ", request.executor().terminal(List.of(directory)));
    KeyLock lock = store.lock(new StepKey(new TreeMap<>(Map.of("site", place))), waiting);
    RemoteSite site = new RemoteSite(request, store, directory, lock);
    try {
      site.bringBundle(scripts.bundle(plan));
      for (String line : site.must("open")) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "layer" -> site.layers.add(words[1]);
          case "damaged" -> damaged.accept("layer " + words[1] + " in " + directory + " there");
          case "key" -> site.keys.put(words[1], words[2]);
          default -> throw new IOException("unexpected answer from there: " + line);
        }
      }
      return site;
    } catch (IOException e) {
      lock.close();
      throw new StoreException("cannot prepare " + directory + " there for a build", e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void bringBundle(Bundle bundle) throws IOException {
    try (Workspace workspace = store.begin()) {
      Path root = workspace.directory().resolve("bundle");
      List<Bundle.BundleFile> files = new ArrayList<>(bundle.files());
      files.add(new Bundle.BundleFile("carry.sh", ScriptGenerator.carry(), true));
      files.add(new Bundle.BundleFile("remote.sh", ScriptGenerator.remote(), true));
      for (Bundle.BundleFile file : files) {
        Path path = root.resolve(file.path());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.content());
        if (file.executable()) {
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
      executor.push(root, directory);
    }
  }

  @Override
  public boolean isHere() {
    return false;
  }

  @Override
  public Function<Path, String> running(Path workspace) {
    return below(workspace, directory + "/running/" + workspace.getFileName());
  }

  @Override
  public Function<Path, String> failed(Path workspace, StepId step) {
    return below(workspace, directory + "/failed/" + name(step));
  }

  private static Function<Path, String> below(Path here, String there) {
    return file -> {
      String rest = here.relativize(file).toString();
      return rest.isEmpty() ? there : there + "/" + rest;
    };
  }

  private static String name(StepId step) {
    return step.toString().replace('/', '-');
  }

  @Override
  public synchronized String tree(Layer layer) throws IOException {
    if (!layers.contains(layer.digest())) {
      try (Workspace workspace = store.begin()) {
        Path file = workspace.directory().resolve("layer.tar");
        carry(workspace, "pack", layer.tree(), file);
        String there = directory + "/running/" + layer.digest() + ".tar";
        executor.push(file, there);
        must("unpack", there, layer.digest());
      }
      layers.add(layer.digest());
    }
    return treeThere(layer.digest());
  }

  private String treeThere(String digest) {
    return directory + "/layers/" + digest;
  }

  /** Packs or unpacks on this machine. */
  private void carry(Workspace workspace, String action, Path from, Path to) throws IOException {
    Path script = workspace.directory().resolve("carry.sh");
    Files.writeString(script, ScriptGenerator.carry());
    List<String> messages = Collections.synchronizedList(new ArrayList<>());
    ExitStatus status =
        processes.run(
            Commands.command(
                List.of("/bin/bash", script.toString(), action, from.toString(), to.toString())),
            (channel, line) -> messages.add(line),
            request.cancellation());
    check(status, "cannot " + action + " a layer on this machine", messages);
  }

  @Override
  public synchronized String archive(FetchedSource source) {
    // Where the bundle looks for it.
    String there =
        directory + "/sources/" + source.source().id() + "/" + source.places().get(0).fileName();
    if (archives.add(there)) {
      executor.push(source.file(), there);
    }
    return there;
  }

  @Override
  public void bring(Path workspace, String there) {
    running.add(there);
    executor.push(workspace, there);
  }

  @Override
  public ExitStatus run(List<String> argv, OutputSink sink) {
    return executor.run(Commands.command(argv), sink, request.cancellation());
  }

  @Override
  public ExitStatus take(Workspace workspace, OutputSink sink) throws IOException {
    String there = running(workspace.directory()).apply(workspace.upper());
    ExitStatus kept =
        run(
            List.of(
                "/bin/bash", directory + "/keep.sh", there, Long.toString(ScriptGenerator.EPOCH)),
            sink);
    return kept.succeeded() ? bringBack(there, workspace, sink) : kept;
  }

  /** Brings the files of a tree there into the upper directory of a workspace. */
  private ExitStatus bringBack(String tree, Workspace workspace, OutputSink sink)
      throws IOException {
    Path file = workspace.directory().resolve("layer.tar");
    String there = running(workspace.directory()).apply(file);
    must("mkdir", workspace.directory().getFileName().toString());
    ExitStatus packed =
        run(List.of("/bin/bash", directory + "/carry.sh", "pack", tree, there), sink);
    if (!packed.succeeded()) {
      return packed;
    }
    executor.pull(there, file);
    carry(workspace, "unpack", file, workspace.upper());
    Files.delete(file);
    return processes.run(
        Commands.command(LocalSite.keep(workspace, Enclosure.NAMESPACES)),
        sink,
        request.cancellation());
  }

  @Override
  public void onKept(Workspace workspace, StepKey key, Layer layer) throws IOException {
    String name = workspace.directory().getFileName().toString();
    must("keep", name, key.digest(), layer.digest());
    running.remove(running(workspace.directory()).apply(workspace.directory()));
    synchronized (this) {
      layers.add(layer.digest());
    }
  }

  @Override
  public void onFailed(Workspace workspace, StepId step) throws IOException {
    must("fail", workspace.directory().getFileName().toString(), name(step));
    Files.createFile(workspace.directory().resolve(ELSEWHERE));
    running.remove(running(workspace.directory()).apply(workspace.directory()));
  }

  @Override
  public boolean hasFailed(Path workspace, StepId step) throws IOException {
    return !must("failed", name(step)).isEmpty();
  }

  @Override
  public void clear(Workspace workspace) throws IOException {
    if (running.remove(running(workspace.directory()).apply(workspace.directory()))) {
      must("clear", workspace.directory().getFileName().toString());
    }
  }

  @Override
  public Optional<String> find(StepKey key, Workspace workspace, OutputSink sink)
      throws IOException {
    String digest;
    synchronized (this) {
      digest = keys.get(key.digest());
      if (digest == null || !layers.contains(digest)) {
        return Optional.empty();
      }
    }
    running.add(running(workspace.directory()).apply(workspace.directory()));
    ExitStatus status = bringBack(treeThere(digest), workspace, sink);
    return status.succeeded() ? Optional.of(digest) : Optional.empty();
  }

  @Override
  public List<String> terminal(List<String> argv) {
    return executor.terminal(argv);
  }

  /** Has remote.sh do something that must succeed, also when the build has been cancelled. */
  private List<String> must(String action, String... arguments) throws IOException {
    List<String> argv =
        new ArrayList<>(List.of("/bin/bash", directory + "/remote.sh", directory, action));
    argv.addAll(List.of(arguments));
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    List<String> errors = Collections.synchronizedList(new ArrayList<>());
    ExitStatus status =
        executor.run(
            Commands.command(argv).withTimeout(PATIENCE),
            (channel, line) -> (channel == Channel.STDOUT ? lines : errors).add(line),
            new Cancellation());
    check(status, "cannot " + action + " in " + directory + " there", errors);
    return List.copyOf(lines);
  }

  private static void check(ExitStatus status, String what, List<String> messages)
      throws IOException {
    if (!status.succeeded()) {
      throw new IOException(what + " (" + status + "): " + String.join("; ", messages));
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
