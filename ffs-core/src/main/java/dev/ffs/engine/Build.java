package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.model.Text;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One build, from the sources to the output. */
final class Build {

  /** How many clashing paths a message lists. */
  private static final int SHOWN = 20;

  private final BuildRequest request;
  private final BuildPlan plan;
  private final ScriptGenerator scripts;
  private final BuildListener listener;
  private final LayerStore store;
  private final OutputWriter output;
  private final long began = System.nanoTime();
  private final Makers makers = new Makers();
  private final Map<StepId, Layer> layers = new LinkedHashMap<>();
  private final Map<StepId, BuildResult.StepResult> results = new HashMap<>();
  private final List<BuildResult.StepFailure> failures = new ArrayList<>();
  private @Nullable String hostCompiler;

  Build(BuildRequest request, BuildPlan plan, ScriptGenerator scripts, BuildListener listener) {
    this.request = request;
    this.plan = plan;
    this.scripts = scripts;
    this.listener = listener;
    this.store = LayerStore.open(request.store());
    this.output = new OutputWriter(store, request.output(), plan);
  }

  BuildResult run() {
    try {
      return attempt();
    } catch (RuntimeException e) {
      // Who listens is told of the end, whatever it is.
      listener.onEvent(new BuildEvent.BuildFinished(Outcome.FAILED, elapsed()));
      throw e;
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private BuildResult attempt() {
    List<String> names = plan.steps().stream().map(step -> step.id().toString()).toList();
    listener.onEvent(new BuildEvent.BuildStarted(plan.recipe(), plan.target().id(), names));
    output.probe();
    Optional<Map<String, FetchedSource>> sources = Fetching.fetch(request, plan, listener);
    if (sources.isEmpty()) {
      return ended(Outcome.CANCELLED, List.of());
    }
    runSteps(runner(sources.get()));
    if (!failures.isEmpty()) {
      return ended(Outcome.FAILED, List.of());
    }
    return request.cancellation().isCancelled() ? ended(Outcome.CANCELLED, List.of()) : packed();
  }

  /** Runs steps side by side, as many as there are job tokens. */
  private void runSteps(StepRunner runner) {
    Schedule schedule = new Schedule(plan, store::expectedSeconds);
    JobPool pool = new JobPool(request.jobs());
    ExecutorService threads = Executors.newCachedThreadPool(Build::thread);
    CompletionService<StepRunner.Ended> running = new ExecutorCompletionService<>(threads);
    Cancellation.Registration registration = request.cancellation().onCancel(pool::close);
    // Without an enclosure there is one root for all of them.
    int most = request.enclosure() == Enclosure.NONE ? 1 : request.jobs();
    int count = 0;
    try {
      boolean stopping = false;
      while (true) {
        while (!stopping && !request.cancellation().isCancelled() && count < most) {
          Optional<PlannedStep> next = schedule.next();
          if (next.isEmpty()) {
            break;
          }
          Map<StepId, Layer> seen = Map.copyOf(layers);
          running.submit(() -> runner.run(next.get(), seen, pool));
          count++;
        }
        if (count == 0) {
          return;
        }
        StepRunner.Ended ended = running.take().get();
        count--;
        finished(ended, schedule);
        if (!failures.isEmpty() && !request.keepGoing()) {
          stopping = true;
          // Steps that still wait for a token need not begin.
          pool.close();
        }
      }
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (InterruptedException e) {
      // Who interrupts the thread of a build wants it to end.
      request.cancellation().cancel();
    } finally {
      registration.close();
      pool.close();
      awaitRunning(threads);
    }
  }

  private void finished(StepRunner.Ended ran, Schedule schedule) {
    StepRunner.Ended ended = checked(ran);
    StepId id = ended.step();
    results.put(id, new BuildResult.StepResult(id, ended.outcome(), ended.duration()));
    listener.onEvent(new BuildEvent.StepFinished(id.toString(), ended.outcome(), ended.duration()));
    if (ended.failure() != null) {
      failures.add(ended.failure());
    }
    if (ended.layer() != null) {
      layers.put(id, ended.layer());
      schedule.finished(id);
      boolean phaseDone =
          plan.steps().stream()
              .map(PlannedStep::id)
              .filter(other -> other.phase().equals(id.phase()))
              .allMatch(layers::containsKey);
      if (phaseDone) {
        listener.onEvent(new BuildEvent.PhaseFinished(id.phase()));
      }
    }
  }

  /** A step that made what another one of its phase had made has failed after all. */
  private StepRunner.Ended checked(StepRunner.Ended ended) {
    if (ended.layer() == null) {
      return ended;
    }
    PlannedStep step = plan.step(ended.step()).orElseThrow();
    List<String> clashes = makers.add(step, store.manifest(ended.layer()));
    if (clashes.isEmpty()) {
      return ended;
    }
    List<String> lines = new ArrayList<>(clashes.subList(0, Math.min(clashes.size(), SHOWN)));
    if (clashes.size() > SHOWN) {
      lines.add("and " + (clashes.size() - SHOWN) + " more");
    }
    lines.add(
        "Remove what is not needed after the installation, or name the paths under 'overwrites' of "
            + step.id());
    BuildResult.StepFailure failure =
        new BuildResult.StepFailure(
            step.id(),
            "it made what another step of its phase had made",
            lines,
            store.log(plan.name(), step.id().toString()));
    return new StepRunner.Ended(step.id(), Outcome.FAILED, ended.duration(), null, failure);
  }

  /** After an exception other steps still run; their processes must be gone before we are. */
  private void awaitRunning(ExecutorService threads) {
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        request.cancellation().cancel();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private RuntimeException unwrapped(ExecutionException e) {
    // The other steps are of no use to a build that cannot go on.
    request.cancellation().cancel();
    if (e.getCause() instanceof RuntimeException cause) {
      return cause;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a step ended in a way that no step can", e.getCause());
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ffs-step");
    thread.setDaemon(true);
    return thread;
  }

  private BuildResult packed() {
    Set<String> shipped =
        plan.output().phases().stream().map(Text::value).collect(Collectors.toSet());
    // In the order of the plan, whatever the order in which they ended.
    List<Layer> shippedLayers =
        plan.steps().stream()
            .map(PlannedStep::id)
            .filter(id -> shipped.contains(id.phase()))
            .map(this::layerOf)
            .toList();
    OutputWriter.Packed packed = output.write(shippedLayers);
    listener.onEvent(
        new BuildEvent.OutputWritten(
            packed.file().file(), packed.file().bytes(), packed.file().sha256()));
    boolean nothingRan =
        !packed.written() && results.values().stream().allMatch(r -> r.outcome() == Outcome.REUSED);
    return ended(nothingRan ? Outcome.REUSED : Outcome.DONE, List.of(packed.file()));
  }

  private BuildResult ended(Outcome outcome, List<BuildResult.OutputFile> outputs) {
    Duration duration = elapsed();
    listener.onEvent(new BuildEvent.BuildFinished(outcome, duration));
    List<BuildResult.StepResult> ordered =
        plan.steps().stream()
            .map(step -> results.get(step.id()))
            .flatMap(Stream::ofNullable)
            .toList();
    return new BuildResult(outcome, ordered, outputs, failures, duration);
  }

  /** Returns the command line of a shell in the root of a step. */
  List<String> shell(PlannedStep step) {
    Map<String, FetchedSource> sources =
        Fetching.fetch(request, plan, listener)
            .orElseThrow(() -> new HostException("cancelled while sources were fetched"));
    StepRunner runner = runner(sources);
    for (PlannedStep other : plan.steps()) {
      if (step.sees().contains(other.id())) {
        Layer layer =
            store
                .find(runner.key(other, scripts.generate(other), layers))
                .orElseThrow(
                    () ->
                        new HostException(
                            "step "
                                + other.id()
                                + ", whose files "
                                + step.id()
                                + " sees, has not been built as the recipe says now; build first"));
        layers.put(other.id(), layer);
      }
    }
    try {
      Path directory = store.forShell(plan.name(), step.id().toString());
      return runner.shell(directory, step, step.sees().stream().map(id -> layerOf(id)).toList());
    } catch (IOException e) {
      throw new StoreException("cannot prepare a shell for " + step.id(), e);
    }
  }

  private Layer layerOf(StepId id) {
    Layer layer = layers.get(id);
    if (layer == null) {
      throw new IllegalStateException("no layer of " + id);
    }
    return layer;
  }

  private StepRunner runner(Map<String, FetchedSource> sources) {
    return new StepRunner(
        request, plan.name(), store, scripts, sources, this::hostCompiler, listener);
  }

  /** Asked once, and only if a step needs to know. */
  private synchronized String hostCompiler() {
    if (hostCompiler == null) {
      hostCompiler = HostCompiler.identity(request.executor(), request.cancellation());
    }
    return hostCompiler;
  }
}
