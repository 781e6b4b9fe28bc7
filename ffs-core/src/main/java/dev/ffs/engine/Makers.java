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
 * whose file is used; so the recipe must say that it is meant. Directories belong to everybody, the
 * same file made twice leaves nothing to chance, and what an earlier phase made may always be
 * replaced.
 */
final class Makers {

  /**
   * Who made a path, and what is there.
   *
   * @param content equal for equal files
   */
  private record Made(StepId step, String content) {}

  private final Map<String, Map<String, Made>> byPhase = new HashMap<>();

  /**
   * Takes note of what a step made.
   *
   * @return a line for each path that another step of its phase made and that it may not replace
   */
  List<String> add(PlannedStep step, Manifest manifest) {
    Map<String, Made> makers = byPhase.computeIfAbsent(step.id().phase(), phase -> new HashMap<>());
    Map<String, Manifest.Entry> files = new HashMap<>();
    List<String> clashes = new ArrayList<>();
    for (Manifest.Entry entry : manifest.entries()) {
      if (entry.kind() == Kind.DIRECTORY) {
        continue;
      }
      String path = "/" + entry.path();
      files.put(entry.path(), entry);
      // A further name of a file is that file.
      Manifest.Entry file =
          entry.kind() == Kind.HARD_LINK ? files.getOrDefault(entry.value(), entry) : entry;
      String content = file.kind() + " " + file.mode() + " " + file.value();
      Made before = makers.put(path, new Made(step.id(), content));
      if (before == null || before.content().equals(content)) {
        continue;
      }
      StepId other = before.step();
      if (!step.overwrites().contains(path)) {
        clashes.add(path + " was made by " + other + " already");
      } else if (!step.sees().contains(other)) {
        clashes.add(path + " was made by " + other + ", which this step does not need");
      }
    }
    return clashes;
  }
}
