package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One build, from the sources to the output. */
final class Build {

  private final BuildRequest request;
  private final BuildPlan plan;
  private final ScriptGenerator scripts;
  private final BuildListener listener;
  private final LayerStore store;
  private final long began = System.nanoTime();
  private final Map<StepId, Layer> layers = new LinkedHashMap<>();
  private final List<BuildResult.StepResult> results = new ArrayList<>();
  private @Nullable String hostCompiler;

  Build(BuildRequest request, BuildPlan plan, ScriptGenerator scripts, BuildListener listener) {
    this.request = request;
    this.plan = plan;
    this.scripts = scripts;
    this.listener = listener;
    this.store = LayerStore.open(request.store());
  }

  BuildResult run() {
    List<String> names = plan.steps().stream().map(step -> step.id().toString()).toList();
    listener.onEvent(new BuildEvent.BuildStarted(plan.recipe(), plan.target().id(), names));
    Optional<Map<String, FetchedSource>> sources = Fetching.fetch(request, plan, listener);
    if (sources.isEmpty()) {
      return ended(Outcome.CANCELLED, List.of(), null);
    }
    StepRunner runner = runner(sources.get());
    PlannedStep previous = null;
    for (PlannedStep step : plan.steps()) {
      if (previous != null && !previous.id().phase().equals(step.id().phase())) {
        listener.onEvent(new BuildEvent.PhaseFinished(previous.id().phase()));
      }
      previous = step;
      if (request.cancellation().isCancelled()) {
        return ended(Outcome.CANCELLED, List.of(), null);
      }
      StepRunner.Ended ended = runner.run(step, layers);
      results.add(new BuildResult.StepResult(step.id(), ended.outcome(), ended.duration()));
      listener.onEvent(
          new BuildEvent.StepFinished(step.id().toString(), ended.outcome(), ended.duration()));
      if (ended.layer() == null) {
        return ended(ended.outcome(), List.of(), ended.failure());
      }
      layers.put(step.id(), ended.layer());
    }
    if (previous != null) {
      listener.onEvent(new BuildEvent.PhaseFinished(previous.id().phase()));
    }
    return packed();
  }

  private BuildResult packed() {
    Set<String> shipped =
        plan.output().phases().stream().map(Text::value).collect(Collectors.toSet());
    Map<StepId, Layer> shippedLayers = new LinkedHashMap<>(layers);
    shippedLayers.keySet().removeIf(id -> !shipped.contains(id.phase()));
    OutputWriter writer = new OutputWriter(store, request.output(), plan);
    OutputWriter.Packed packed = writer.write(List.copyOf(shippedLayers.values()));
    listener.onEvent(
        new BuildEvent.OutputWritten(
            packed.file().file(), packed.file().bytes(), packed.file().sha256()));
    boolean nothingRan =
        !packed.written()
            && results.stream().allMatch(result -> result.outcome() == Outcome.REUSED);
    return ended(nothingRan ? Outcome.REUSED : Outcome.DONE, List.of(packed.file()), null);
  }

  private BuildResult ended(
      Outcome outcome,
      List<BuildResult.OutputFile> outputs,
      BuildResult.@Nullable StepFailure failure) {
    Duration duration = Duration.ofNanos(System.nanoTime() - began);
    listener.onEvent(new BuildEvent.BuildFinished(outcome, duration));
    return new BuildResult(outcome, results, outputs, failure, duration);
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
  private String hostCompiler() {
    if (hostCompiler == null) {
      hostCompiler = HostCompiler.identity(request.executor(), request.cancellation());
    }
    return hostCompiler;
  }
}
