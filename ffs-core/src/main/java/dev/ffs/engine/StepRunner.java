package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.ExitStatus;
import dev.ffs.model.Patch;
import dev.ffs.model.Source;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.script.StepScripts;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.BuildRecord;
import dev.ffs.store.FailedTree;
import dev.ffs.store.KeyLock;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.Manifest;
import dev.ffs.store.StoreException;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one step: looks whether its key is known, and if not, runs it in an enclosure and keeps what
 * it changed.
 */
final class StepRunner {

  /** Exit code of the enclosure's script when it could not set up the enclosure. */
  private static final int NO_ENCLOSURE = 125;

  /** What the C library says of ENOSPC; steps run with LC_ALL=C. */
  private static final String NO_SPACE = "No space left on device";

  private static final String ENCLOSURE_PREFIX = "enclosure: ";

  /** Begins the last line of the script that enters a root through a program, if it could not. */
  private static final String PROGRAM_PREFIX = "fchroot: ";

  private final BuildRequest request;
  private final LayerStore store;
  private final BuildRecord record;
  private final ScriptGenerator scripts;
  private final Map<String, FetchedSource> sources;
  private final Supplier<String> hostCompiler;
  private final BuildListener listener;
  private final String build;
  private final Site site;

  StepRunner(
      BuildRequest request,
      Site site,
      String build,
      LayerStore store,
      BuildRecord record,
      ScriptGenerator scripts,
      Map<String, FetchedSource> sources,
      Supplier<String> hostCompiler,
      BuildListener listener) {
    this.request = request;
    this.site = site;
    this.build = build;
    this.store = store;
    this.record = record;
    this.scripts = scripts;
    this.sources = sources;
    this.hostCompiler = hostCompiler;
    this.listener = listener;
  }

  /**
   * How a step ended.
   *
   * @param layer what it changed, or null if it did not succeed
   */
  record Ended(
      StepId step,
      Outcome outcome,
      Duration duration,
      @Nullable Layer layer,
      BuildResult.@Nullable StepFailure failure) {}

  /**
   * Runs a step, unless its key is known.
   *
   * @param waiting called before and after a wait for somebody who makes the same, with true and
   *     false
   * @throws DamagedLayerException if a layer that the step sees is damaged
   */
  @SuppressWarnings("try") // The lock is held, not used.
  Ended run(PlannedStep step, Map<StepId, Layer> layers, JobPool pool, Consumer<Boolean> waiting)
      throws InterruptedException {
    StepScripts generated = scripts.generate(step);
    StepInputs inputs = inputs(step, generated, layers);
    Optional<Layer> known = reuse(step, inputs.key());
    if (known.isPresent()) {
      return reused(step, known.get());
    }
    Optional<KeyLock> lock = lock(step, inputs.key(), pool, waiting);
    if (lock.isEmpty()) {
      return new Ended(step.id(), Outcome.CANCELLED, Duration.ZERO, null, null);
    }
    try (KeyLock alone = lock.get()) {
      // Whoever had the lock before may have made it.
      Optional<Layer> made = reuse(step, inputs.key()).or(() -> takeOver(step, inputs));
      return made.isPresent()
          ? reused(step, made.get())
          : runAlone(step, generated, inputs, layers, pool);
    }
  }

  private Optional<Layer> reuse(PlannedStep step, StepKey key) {
    return record.reuse(
        step.id(), key, damage -> listener.onEvent(new BuildEvent.StoreDamaged(damage)));
  }

  /** Takes what an earlier build has left where steps run; its store was another one. */
  private Optional<Layer> takeOver(PlannedStep step, StepInputs inputs) {
    if (site.isHere()) {
      return Optional.empty();
    }
    try (Workspace workspace = store.begin();
        Visit visit = new Visit(workspace)) {
      StepKey key = inputs.key();
      Optional<String> digest = site.find(key, workspace, (channel, line) -> {});
      // It may be there with other modes: those that every user may read. Then it is made again.
      if (digest.isEmpty() || !store.manifest(workspace).digest().equals(digest.get())) {
        return Optional.empty();
      }
      Layer layer = record.commit(step.id(), key, OptionalInt.empty(), inputs.texts(), workspace);
      visit.kept(key, layer);
      return Optional.of(layer);
    } catch (IOException e) {
      throw new StoreException("cannot take over step " + step.id(), e);
    }
  }

  /** What is of a step where it runs: it goes when the step is over, unless it is kept there. */
  private final class Visit implements AutoCloseable {

    private final Workspace workspace;

    Visit(Workspace workspace) {
      this.workspace = workspace;
    }

    void kept(StepKey key, Layer layer) throws IOException {
      site.onKept(workspace, key, layer);
    }

    @Override
    public void close() throws IOException {
      site.clear(workspace);
    }
  }

  private static Ended reused(PlannedStep step, Layer layer) {
    return new Ended(step.id(), Outcome.REUSED, Duration.ZERO, layer, null);
  }

  /** Waits without a job token, for the other one may need it. */
  private Optional<KeyLock> lock(
      PlannedStep step, StepKey key, JobPool pool, Consumer<Boolean> waiting) {
    boolean[] waited = {false};
    Runnable announce =
        () -> {
          waited[0] = true;
          listener.onEvent(new BuildEvent.StepWaiting(step.id().toString()));
          waiting.accept(true);
        };
    Optional<KeyLock> lock;
    Cancellation.Registration stop = pool.closing().onCancel(Thread.currentThread()::interrupt);
    try {
      lock = Optional.of(store.lock(key, announce));
    } catch (InterruptedException e) {
      lock = Optional.empty();
    } finally {
      stop.close();
      if (waited[0]) {
        waiting.accept(false);
      }
    }
    if (pool.closing().isCancelled()) {
      // The interrupt has done its work; left standing it would break what follows.
      Thread.interrupted();
    }
    return lock;
  }

  private Ended runAlone(
      PlannedStep step,
      StepScripts generated,
      StepInputs inputs,
      Map<StepId, Layer> layers,
      JobPool pool)
      throws InterruptedException {
    List<Layer> seen = seen(step, layers);
    int jobs = jobs(step);
    Optional<JobPool.Lease> lease = pool.acquire(jobs);
    if (lease.isEmpty()) {
      return new Ended(step.id(), Outcome.CANCELLED, Duration.ZERO, null, null);
    }
    long began = System.nanoTime();
    String name = step.id().toString();
    Path log = store.log(build, name);
    listener.onEvent(new BuildEvent.StepStarted(name, log));
    try (JobPool.Lease tokens = lease.get();
        Workspace workspace = store.begin();
        Visit visit = new Visit(workspace);
        StepLog output = new StepLog(name, log, listener)) {
      int granted = granted(jobs, tokens);
      ExitStatus status =
          site.run(arrange(workspace, step, generated, seen, granted, tokens, output), output);
      output.checkWritten();
      if (status.end() == ExitStatus.End.CANCELLED) {
        return new Ended(step.id(), Outcome.CANCELLED, since(began), null, null);
      }
      if (!status.succeeded()) {
        BuildResult.StepFailure failure = failure(step, status, output, workspace, log);
        return new Ended(step.id(), Outcome.FAILED, since(began), null, failure);
      }
      ExitStatus kept = site.take(workspace, output);
      if (kept.end() == ExitStatus.End.CANCELLED) {
        return new Ended(step.id(), Outcome.CANCELLED, since(began), null, null);
      }
      if (!kept.succeeded()) {
        throw new IOException("the step's files could not be brought to disk: " + kept);
      }
      Layer layer =
          record.commit(
              step.id(), inputs.key(), OptionalInt.of(granted), inputs.texts(), workspace);
      visit.kept(inputs.key(), layer);
      store.forgetFailed(build, name);
      Duration duration = since(began);
      store.expectSeconds(step.id(), duration.toMillis() / 1000.0);
      return new Ended(step.id(), Outcome.DONE, duration, layer, null);
    } catch (IOException e) {
      throw new StoreException("cannot run step " + name, e);
    }
  }

  /** Returns how many jobs a step may run that may run at the most so many. */
  private int granted(int jobs, JobPool.Lease tokens) {
    // Where no pipe of ours leads to, a step keeps the tokens that it gets now.
    return site.isHere() ? jobs : 1 + tokens.take(jobs - 1);
  }

  /** Brings what a step needs to where it runs, and returns its command line. */
  private List<String> arrange(
      Workspace workspace,
      PlannedStep step,
      StepScripts generated,
      List<Layer> seen,
      int jobs,
      JobPool.Lease tokens,
      StepLog output)
      throws IOException {
    Path directory = workspace.directory();
    Function<Path, String> there = site.running(directory);
    List<String> argv = lay(directory, there, step, generated, seen, jobs);
    if (site.isHere() && jobs > 1) {
      argv.addAll(List.of("--tokens", pipe(workspace, tokens, output).toString()));
    }
    site.bring(directory, there.apply(directory));
    return argv;
  }

  /**
   * How a step ended that ran only to see what it makes.
   *
   * @param manifest what it made, or null if it did not succeed
   * @param kept where that is, or null if it did not succeed
   */
  record Again(
      Outcome outcome,
      @Nullable Manifest manifest,
      @Nullable Path kept,
      BuildResult.@Nullable StepFailure failure) {}

  /**
   * Runs a step that has been built once more, and keeps what it made apart from the layers.
   *
   * @throws DamagedLayerException if a layer that the step sees is damaged
   */
  @SuppressWarnings("try") // The visit ends with the block.
  Again again(PlannedStep step, Map<StepId, Layer> layers, Variation variation) {
    List<Layer> seen = seen(step, layers);
    String name = step.id().toString();
    StepScripts generated = scripts.generate(step);
    int jobs = variation.jobs(step, store.jobs(inputs(step, generated, layers).key()));
    Path log = store.log(againBuild(), name);
    listener.onEvent(new BuildEvent.StepStarted(name, log));
    // One step at a time, so the tokens are all its own.
    JobPool pool = new JobPool(jobs);
    try (JobPool.Lease tokens = pool.acquireNow(jobs);
        Workspace workspace = store.begin();
        Visit visit = new Visit(workspace);
        StepLog output = new StepLog(name, log, listener)) {
      List<String> argv = new ArrayList<>(variation.outer());
      argv.addAll(arrange(workspace, step, generated, seen, granted(jobs, tokens), tokens, output));
      argv.addAll(variation.options(step));
      ExitStatus status = site.run(argv, output);
      output.checkWritten();
      if (status.succeeded()) {
        status = site.take(workspace, output);
      }
      if (status.end() == ExitStatus.End.CANCELLED) {
        return new Again(Outcome.CANCELLED, null, null, null);
      }
      if (!status.succeeded()) {
        List<String> last = lastLines(step, status, output, log);
        store
            .keepFailed(againBuild(), name, workspace)
            .ifPresent(kept -> last.add("What it left is in " + kept + "."));
        if (output.tellingLines().stream().anyMatch(line -> line.contains(NO_SPACE))) {
          last.add(
              "The second time its build directory is in memory, of which it may take half; a step"
                  + " that needs more cannot be checked here.");
        }
        return new Again(
            Outcome.FAILED,
            null,
            null,
            new BuildResult.StepFailure(step.id(), status.toString(), last, log));
      }
      Manifest manifest = store.manifest(workspace);
      Path kept = store.keepFailed(againBuild(), name, workspace).orElseThrow();
      return new Again(Outcome.DONE, manifest, kept.resolve("layer/tree"), null);
    } catch (IOException e) {
      throw new StoreException("cannot run step " + name + " again", e);
    }
  }

  /** Removes what {@link #again} kept. */
  void forgetAgain(PlannedStep step) {
    store.forgetFailed(againBuild(), step.id().toString());
  }

  /** The name under which what is made again is kept; no recipe and target have it. */
  private String againBuild() {
    return build + "+check";
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Makes the pipe through which the step's make gets job tokens. */
  private Path pipe(Workspace workspace, JobPool.Lease tokens, StepLog output) throws IOException {
    Path pipe = workspace.directory().resolve("jobs");
    ExitStatus status = site.run(List.of("mkfifo", pipe.toString()), output);
    if (!status.succeeded()) {
      throw new IOException("mkfifo " + pipe + ": " + status);
    }
    tokens.lendThrough(pipe);
    return pipe;
  }

  /** Returns the layers that a step sees, which are as they were made. */
  private List<Layer> seen(PlannedStep step, Map<StepId, Layer> layers) {
    List<Layer> seen = step.sees().stream().map(id -> layerOf(layers, id)).toList();
    for (Layer layer : seen) {
      record
          .damage(layer)
          .ifPresent(
              damage -> {
                throw new DamagedLayerException(layer, damage);
              });
    }
    return seen;
  }

  private static Layer layerOf(Map<StepId, Layer> layers, StepId id) {
    Layer layer = layers.get(id);
    if (layer == null) {
      throw new IllegalStateException("step " + id + " was to run before those that see it");
    }
    return layer;
  }

  private StepInputs inputs(PlannedStep step, StepScripts generated, Map<StepId, Layer> layers) {
    return StepInputs.of(
        request.enclosure(),
        request.executor().chrootProgram(),
        step,
        generated,
        source -> Optional.of(fetched(source).archive().digest()),
        id -> Optional.of(layerOf(layers, id).digest()),
        hostCompiler);
  }

  private FetchedSource fetched(Source source) {
    FetchedSource found = sources.get(source.id());
    if (found == null) {
      throw new IllegalStateException("source " + source.id() + " was to be fetched first");
    }
    return found;
  }

  /** Writes what the enclosure's script needs into a directory, and returns its command line. */
  private List<String> lay(
      Path directory,
      Function<Path, String> there,
      PlannedStep step,
      StepScripts generated,
      List<Layer> seen,
      int jobs)
      throws IOException {
    Path enclosure = directory.resolve("enclosure.sh");
    Path prepare = directory.resolve("prepare.sh");
    Path script = directory.resolve("build.sh");
    Path layers = directory.resolve("layers");
    Path list = directory.resolve("sources");
    Files.writeString(enclosure, StepInputs.enclosure(request.enclosure()));
    Files.writeString(prepare, generated.prepare());
    Files.writeString(script, generated.build());
    link(distinct(seen), layers);
    Files.write(list, sourceLines(directory, there, step));
    List<String> argv =
        new ArrayList<>(
            List.of(
                "/bin/bash",
                there.apply(enclosure),
                "--where",
                step.where().name().toLowerCase(Locale.ROOT),
                "--step",
                step.id().step(),
                "--layers",
                there.apply(layers),
                "--upper",
                there.apply(directory.resolve("layer/tree")),
                "--work",
                there.apply(directory.resolve("overlay")),
                "--build",
                there.apply(directory.resolve("build")),
                "--sources",
                there.apply(list),
                "--prepare",
                there.apply(prepare),
                "--script",
                there.apply(script),
                "--shell",
                step.shell(),
                "--jobs",
                Integer.toString(jobs)));
    if (step.emulator() != null) {
      argv.addAll(step.emulator().options());
    }
    if (StepInputs.entersThroughProgram(request.executor().chrootProgram(), step)) {
      Path enter = directory.resolve("fchroot.sh");
      Files.writeString(enter, ScriptGenerator.fchroot());
      List<String> program = request.executor().chrootProgram();
      List<String> words =
          new ArrayList<>(
              List.of("/bin/bash", there.apply(enter), "step", Integer.toString(program.size())));
      words.addAll(program);
      words.forEach(word -> argv.addAll(List.of("--chroot-program", word)));
    }
    return argv;
  }

  /** Makes links 1, 2, 3... to what layers hold, in place of those of an earlier run. */
  private void link(List<Layer> layers, Path directory) throws IOException {
    Files.createDirectories(directory);
    try (var old = Files.newDirectoryStream(directory)) {
      for (Path link : old) {
        Files.delete(link);
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      Path target = Path.of(site.tree(layers.get(i)));
      Files.createSymbolicLink(directory.resolve(Integer.toString(i + 1)), target);
    }
  }

  /**
   * Two steps may have made the same content, but overlayfs takes no layer twice. The upper one of
   * the two has all that the lower one has.
   */
  private static List<Layer> distinct(List<Layer> layers) {
    Map<String, Layer> byDigest = new LinkedHashMap<>();
    for (Layer layer : layers) {
      byDigest.remove(layer.digest());
      byDigest.put(layer.digest(), layer);
    }
    return List.copyOf(byDigest.values());
  }

  private List<String> sourceLines(Path directory, Function<Path, String> there, PlannedStep step)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (Source source : step.sources()) {
      FetchedSource fetched = fetched(source);
      String name = fetched.places().get(0).fileName();
      lines.add(source.id() + "/" + name + "\t" + site.archive(fetched));
      for (Patch patch : source.patches()) {
        Path file = directory.resolve("patches").resolve(source.id()).resolve(patch.name().value());
        Files.createDirectories(file.getParent());
        Files.writeString(file, patch.content());
        lines.add(source.id() + "/patches/" + patch.name().value() + "\t" + there.apply(file));
      }
    }
    return lines;
  }

  private BuildResult.StepFailure failure(
      PlannedStep step, ExitStatus status, StepLog output, Workspace workspace, Path log)
      throws IOException {
    List<String> last = lastLines(step, status, output, log);
    site.onFailed(workspace, step.id());
    if (store.keepFailed(build, step.id().toString(), workspace).isEmpty()) {
      // Whoever looks at the last failure would be surprised to find another one.
      last.add("Its tree is not kept: a shell is open in that of its last failure.");
    }
    return new BuildResult.StepFailure(step.id(), status.toString(), last, log);
  }

  /**
   * Returns the end of the log of a step that failed.
   *
   * @throws HostException if it is not the step that failed, but its enclosure
   */
  private List<String> lastLines(PlannedStep step, ExitStatus status, StepLog output, Path log) {
    List<String> last = new ArrayList<>(output.tellingLines());
    String lastLine = last.isEmpty() ? "" : last.get(last.size() - 1);
    if (status.code() == NO_ENCLOSURE && lastLine.startsWith(ENCLOSURE_PREFIX)) {
      String reason = lastLine.substring(ENCLOSURE_PREFIX.length());
      throw new HostException(
          switch (request.enclosure()) {
            case NAMESPACES ->
                (site.isHere() ? "this machine" : "the place where steps run")
                    + " cannot give a step the enclosure it needs: "
                    + reason;
            case NONE -> "cannot run step " + step.id() + ": " + reason;
          });
    }
    if (status.code() == NO_ENCLOSURE
        && lastLine.startsWith(PROGRAM_PREFIX)
        && StepInputs.entersThroughProgram(request.executor().chrootProgram(), step)) {
      String reason = lastLine.substring(PROGRAM_PREFIX.length());
      throw new HostException("cannot run step " + step.id() + ": " + reason + "; its log: " + log);
    }
    return last;
  }

  /**
   * Prepares a shell in the root of a step: in its failed tree, if it failed, else in a workspace.
   *
   * @param held is given what is to be done when the shell has ended, the first thing last
   * @return its command line
   */
  List<String> shell(PlannedStep step, List<Layer> seen, Deque<Runnable> held) throws IOException {
    Optional<FailedTree> failed = store.enterFailed(build, step.id().toString());
    Path directory;
    Function<Path, String> there;
    failed.ifPresent(tree -> held.push(tree::close));
    if (failed.isPresent() && site.hasFailed(failed.get().directory(), step.id())) {
      directory = failed.get().directory();
      there = site.failed(directory, step.id());
    } else {
      if (failed.isPresent()) {
        listener.onEvent(new BuildEvent.FailedTreeElsewhere(step.id().toString()));
      }
      Workspace workspace = store.begin();
      held.push(workspace::close);
      held.push(() -> clear(workspace));
      directory = workspace.directory();
      there = site.running(directory);
    }
    StepScripts generated = scripts.generate(step);
    List<String> argv = lay(directory, there, step, generated, seen, jobs(step));
    argv.add("--interactive");
    // Among the sources, for what the enclosure shows there changes no step's key.
    Path environment = directory.resolve("environment.sh");
    Files.writeString(environment, generated.environment());
    Files.write(
        directory.resolve("sources"),
        List.of(StepShell.AMONG_SOURCES + "\t" + there.apply(environment)),
        StandardOpenOption.APPEND);
    site.bring(directory, there.apply(directory));
    return site.terminal(argv);
  }

  private int jobs(PlannedStep step) {
    return step.jobs() == null ? request.jobs() : Math.min(step.jobs(), request.jobs());
  }

  private void clear(Workspace workspace) {
    try {
      site.clear(workspace);
    } catch (IOException e) {
      throw new StoreException("cannot remove what a shell had", e);
    }
  }
}
