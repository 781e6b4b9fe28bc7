package dev.ffs.engine;

import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Says which step comes next: of those that can run, the one with the longest way to the end.
 *
 * <p>Not safe for several threads.
 */
final class Schedule {

  private final List<PlannedStep> open;
  private final Map<StepId, Double> wayToTheEnd = new HashMap<>();
  private final Set<StepId> done = new HashSet<>();

  /**
   * Makes a schedule.
   *
   * @param plan the plan
   * @param seconds how long a step is expected to take
   */
  Schedule(BuildPlan plan, ToDoubleFunction<StepId> seconds) {
    open = new ArrayList<>(plan.steps());
    // From the end: a step comes before all that see it.
    for (int i = open.size() - 1; i >= 0; i--) {
      StepId id = open.get(i).id();
      double longest =
          open.subList(i + 1, open.size()).stream()
              .filter(later -> later.sees().contains(id))
              .mapToDouble(later -> wayToTheEnd.getOrDefault(later.id(), 0.0))
              .max()
              .orElse(0);
      wayToTheEnd.put(id, longest + seconds.applyAsDouble(id));
    }
  }

  /**
   * Takes the next step.
   *
   * @return a step, or empty if none can run now
   */
  Optional<PlannedStep> next() {
    PlannedStep best = null;
    for (PlannedStep step : open) {
      if (done.containsAll(step.sees()) && (best == null || way(step) > way(best))) {
        best = step;
      }
    }
    open.remove(best);
    return Optional.ofNullable(best);
  }

  /** Takes note that a step has succeeded. */
  void finished(StepId step) {
    done.add(step);
  }

  private double way(PlannedStep step) {
    return wayToTheEnd.getOrDefault(step.id(), 0.0);
  }
}
