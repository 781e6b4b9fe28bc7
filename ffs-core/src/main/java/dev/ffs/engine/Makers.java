package dev.ffs.engine;

import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.store.Manifest;
import dev.ffs.store.Manifest.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows which step of a phase made which path.
 *
 * <p>Two steps that make the same path would leave it to chance, or to a change of {@code needs},
 * whose file is used; so the recipe must say that it is meant. Directories belong to everybody, and
 * what an earlier phase made may always be replaced.
 */
final class Makers {

  private final Map<String, Map<String, StepId>> byPhase = new HashMap<>();

  /**
   * Takes note of what a step made.
   *
   * @return a line for each path that another step of its phase made and that it may not replace
   */
  List<String> add(PlannedStep step, Manifest manifest) {
    Map<String, StepId> makers =
        byPhase.computeIfAbsent(step.id().phase(), phase -> new HashMap<>());
    List<String> clashes = new ArrayList<>();
    for (Manifest.Entry entry : manifest.entries()) {
      if (entry.kind() == Kind.DIRECTORY) {
        continue;
      }
      String path = "/" + entry.path();
      StepId other = makers.put(path, step.id());
      if (other == null) {
        continue;
      }
      if (!step.overwrites().contains(path)) {
        clashes.add(path + " was made by " + other + " already");
      } else if (!step.sees().contains(other)) {
        clashes.add(path + " was made by " + other + ", which this step does not need");
      }
    }
    return clashes;
  }
}
