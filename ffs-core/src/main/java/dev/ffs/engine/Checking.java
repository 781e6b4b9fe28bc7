package dev.ffs.engine;

import dev.ffs.engine.CheckResult.FileDifference;
import dev.ffs.engine.CheckResult.StepDifference;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.store.BuildRecord;
import dev.ffs.store.Layer;
import dev.ffs.store.Manifest;
import dev.ffs.store.Manifest.Entry;
import dev.ffs.store.Manifest.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs steps that have been built once more, with all varied that should not matter. */
final class Checking {

  private final BuildRequest request;
  private final BuildRecord record;
  private final StepRunner runner;
  private final Variation variation;
  private final BuildListener listener;

  /** Those that ran again; after damage was found, they need not once more. */
  private final Set<StepId> checked = new HashSet<>();

  private final List<StepId> equal = new ArrayList<>();
  private final List<StepDifference> different = new ArrayList<>();
  private final List<BuildResult.StepFailure> failures = new ArrayList<>();

  Checking(BuildRequest request, BuildRecord record, StepRunner runner, BuildListener listener) {
    this.request = request;
    this.record = record;
    this.runner = runner;
    this.variation = Variation.probe();
    this.listener = listener;
  }

  /**
   * Checks steps that have not been checked, each by itself: it sees what was built the first time.
   *
   * @throws DamagedLayerException if a layer that a step sees is damaged
   */
  void check(List<PlannedStep> steps, Map<StepId, Layer> layers) {
    for (PlannedStep step : steps) {
      boolean stop = !request.keepGoing() && !(different.isEmpty() && failures.isEmpty());
      if (stop || request.cancellation().isCancelled()) {
        return;
      }
      if (!checked.contains(step.id())) {
        check(step, layers);
        checked.add(step.id());
      }
    }
  }

  private void check(PlannedStep step, Map<StepId, Layer> layers) {
    long began = System.nanoTime();
    StepRunner.Again again = runner.again(step, layers, variation);
    Outcome outcome = again.outcome();
    if (again.failure() != null) {
      failures.add(again.failure());
    }
    if (again.manifest() != null && again.kept() != null) {
      Layer first = Objects.requireNonNull(layers.get(step.id()), "layer of " + step.id());
      List<FileDifference> files =
          differences(record.manifest(first), first.tree(), again.manifest(), again.kept());
      if (files.isEmpty()) {
        equal.add(step.id());
        runner.forgetAgain(step);
      } else {
        different.add(new StepDifference(step.id(), files, again.kept()));
        outcome = Outcome.FAILED;
      }
    }
    listener.onEvent(
        new BuildEvent.StepFinished(
            step.id().toString(), outcome, Duration.ofNanos(System.nanoTime() - began)));
  }

  /**
   * Returns what was found.
   *
   * @param builds steps that failed before there was anything to check
   */
  CheckResult result(List<BuildResult.StepFailure> builds) {
    return new CheckResult(
        equal,
        different,
        Stream.concat(builds.stream(), failures.stream()).toList(),
        variation.varied(),
        variation.notVaried(),
        request.cancellation().isCancelled());
  }

  static List<FileDifference> differences(
      Manifest first, Path firstTree, Manifest again, Path againTree) {
    Map<String, Entry> before = byPath(first);
    Map<String, Entry> after = byPath(again);
    TreeSet<String> paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    List<FileDifference> differences = new ArrayList<>();
    for (String path : paths) {
      Entry old = before.get(path);
      Entry now = after.get(path);
      what(old, now)
          .ifPresent(
              what ->
                  differences.add(
                      new FileDifference(
                          "/" + path,
                          what,
                          old == null ? null : firstTree.resolve(path),
                          now == null ? null : againTree.resolve(path))));
    }
    return differences;
  }

  private static Map<String, Entry> byPath(Manifest manifest) {
    Map<String, Entry> entries = new TreeMap<>();
    manifest.entries().forEach(entry -> entries.put(entry.path(), entry));
    return entries;
  }

  private static Optional<String> what(@Nullable Entry old, @Nullable Entry now) {
    if (old == null) {
      return Optional.of("is only made the second time");
    }
    if (now == null) {
      return Optional.of("is only made the first time");
    }
    if (old.equals(now)) {
      return Optional.empty();
    }
    if (old.kind() != now.kind()) {
      return Optional.of("is of another kind: " + word(old.kind()) + ", then " + word(now.kind()));
    }
    if (old.mode() != now.mode()) {
      return Optional.of(
          String.format(Locale.ROOT, "has another mode: %04o, then %04o", old.mode(), now.mode()));
    }
    return switch (old.kind()) {
      case SYMBOLIC_LINK, HARD_LINK ->
          Optional.of("leads elsewhere: to " + old.value() + ", then to " + now.value());
      default ->
          Optional.of(
              old.size() == now.size()
                  ? "has another content"
                  : "has another size: " + old.size() + ", then " + now.size() + " bytes");
    };
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
