package dev.ffs.engine;

import dev.ffs.engine.Forecast.Change;
import dev.ffs.engine.Forecast.Verdict;
import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.SourceStore;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says what a build would do, without doing or fetching anything. */
final class Forecaster {

  private final BuildRequest request;
  private final BuildPlan plan;
  private final ScriptGenerator scripts;
  private final Supplier<String> hostCompiler;
  private final Map<StepId, String> layers = new HashMap<>();
  private final Map<String, Optional<String>> sources = new HashMap<>();

  Forecaster(BuildRequest request, BuildPlan plan, ScriptGenerator scripts) {
    this.request = request;
    this.plan = plan;
    this.scripts = scripts;
    this.hostCompiler = new HostCompiler(request);
  }

  /** Returns a forecast for each step, in the order of the plan. */
  List<Forecast> forecast() {
    // To look must leave no trace, so a store that is not there is not made.
    Optional<LayerStore> store =
        Files.isDirectory(request.store().resolve("keys"))
            ? Optional.of(LayerStore.open(request.store()))
            : Optional.empty();
    return plan.steps().stream()
        .map(step -> store.map(s -> forecast(s, step)).orElseGet(() -> neverBuilt(step)))
        .toList();
  }

  private static Forecast neverBuilt(PlannedStep step) {
    return new Forecast(step.id(), Verdict.RUNS, List.of(), false, List.of(), null, null);
  }

  private Forecast forecast(LayerStore store, PlannedStep step) {
    Optional<SortedMap<String, String>> last =
        store.lastKey(plan.name(), step.id()).flatMap(store::inputs);
    StepInputs inputs =
        StepInputs.of(
            request.enclosure(),
            request.executor().chrootProgram(),
            step,
            scripts.generate(step),
            source -> archive(source, last),
            id -> Optional.ofNullable(layers.get(id)),
            hostCompiler);
    if (inputs.unknown().isEmpty()) {
      Optional<Layer> known = store.find(inputs.key());
      if (known.isPresent()) {
        layers.put(step.id(), known.get().digest());
        return new Forecast(
            step.id(), Verdict.REUSED, List.of(), true, List.of(), known.get().digest(), null);
      }
    }
    List<Change> changes = last.map(before -> changes(store, before, inputs)).orElseGet(List::of);
    boolean mayBeReused = last.isPresent() && changes.isEmpty() && !inputs.unknown().isEmpty();
    return new Forecast(
        step.id(),
        mayBeReused ? Verdict.MAY_RUN : Verdict.RUNS,
        changes,
        last.isPresent(),
        List.copyOf(inputs.unknown()),
        null,
        failedLog(store, step.id()));
  }

  private @Nullable Path failedLog(LayerStore store, StepId step) {
    return Files.isDirectory(store.failed(plan.name(), step.toString()))
        ? store.log(plan.name(), step.toString())
        : null;
  }

  /** Which archive of a source would be used: the one that is there, else the one used last. */
  private Optional<String> archive(Source source, Optional<SortedMap<String, String>> last) {
    return sources
        .computeIfAbsent(source.id(), id -> inStore(source))
        .or(
            () ->
                last.map(inputs -> inputs.get("source " + source.id()))
                    .filter(
                        digest ->
                            source.archives().stream()
                                .map(Archive::digest)
                                .anyMatch(digest::equals)));
  }

  private Optional<String> inStore(Source source) {
    SourceStore store = new SourceStore(request.store().resolve("sources"));
    try {
      for (Archive archive : source.archives()) {
        if (store.find(archive.digest()).isPresent()) {
          return Optional.of(archive.digest());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot look for the archives of " + source.id(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("interrupted while looking for the archives of " + source.id());
    }
  }

  private static List<Change> changes(
      LayerStore store, SortedMap<String, String> before, StepInputs now) {
    Map<String, String> texts = new TreeMap<>();
    now.texts().forEach(text -> texts.put(StepKey.sha256(text), text));
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.known().keySet());
    names.removeAll(now.unknown());
    List<Change> changes = new ArrayList<>();
    for (String name : names) {
      String old = before.get(name);
      String current = now.known().get(name);
      if (!Objects.equals(old, current)) {
        changes.add(
            new Change(
                name,
                old,
                current,
                old == null ? null : store.text(old).orElse(null),
                current == null ? null : texts.get(current)));
      }
    }
    return changes;
  }
}
