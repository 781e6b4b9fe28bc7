package dev.ffs.engine;

import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.store.Manifest;
import dev.ffs.store.Manifest.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Knows which step of a phase made which path.
 *
 * <p>Two steps that make the same path would leave it to chance, or to a change of {@code needs},
 * whose file is used; so the recipe must say that it is meant. A directory belongs to all who put
 * something into it, as long as none of them hides what the others put there, and none gives it
 * another mode without knowing of them. The same file made twice leaves nothing to chance, and what
 * an earlier phase made may always be replaced.
 */
final class Makers {

  /**
   * Who made a path, and what is there.
   *
   * @param content equal for equal files
   */
  private record Made(StepId step, Kind kind, int mode, String content) {

    boolean isDirectory() {
      return kind == Kind.DIRECTORY || kind == Kind.OPAQUE_DIRECTORY;
    }

    String verb() {
      return kind == Kind.WHITEOUT ? "removed" : "made";
    }
  }

  /** By phase and path: those that no other of them sees. */
  private final Map<String, Map<String, List<Made>>> byPhase = new HashMap<>();

  /**
   * Takes note of what a step made.
   *
   * @return a line for each path that another step of its phase made and that it may not replace
   */
  List<String> add(PlannedStep step, Manifest manifest) {
    Map<String, List<Made>> makers =
        byPhase.computeIfAbsent(step.id().phase(), phase -> new HashMap<>());
    Map<String, Manifest.Entry> files = new HashMap<>();
    Set<StepId> sees = Set.copyOf(step.sees());
    List<String> clashes = new ArrayList<>();
    for (Manifest.Entry entry : manifest.entries()) {
      String path = "/" + entry.path();
      files.put(entry.path(), entry);
      // A further name of a file is that file.
      Manifest.Entry file =
          entry.kind() == Kind.HARD_LINK ? files.getOrDefault(entry.value(), entry) : entry;
      Made made =
          new Made(
              step.id(),
              file.kind(),
              file.mode(),
              file.kind() + " " + file.mode() + " " + file.value());
      List<Made> before = makers.getOrDefault(path, List.of());
      before.stream()
          .flatMap(other -> clash(path, step, sees, made, other).stream())
          .findFirst()
          .ifPresent(clashes::add);
      List<Made> now = new ArrayList<>(1);
      before.stream().filter(other -> !sees.contains(other.step())).forEach(now::add);
      now.add(made);
      makers.put(path, now);
    }
    return clashes;
  }

  private static Optional<String> clash(
      String path, PlannedStep step, Set<StepId> sees, Made made, Made other) {
    boolean seen = sees.contains(other.step());
    if (made.kind() == Kind.DIRECTORY && other.isDirectory() && seen) {
      return Optional.empty();
    }
    if (made.kind() == Kind.DIRECTORY && other.kind() == Kind.DIRECTORY) {
      if (made.mode() == other.mode()) {
        return Optional.empty();
      }
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%s was made with mode %04o by %s, which this step, with mode %04o, does not need",
              path,
              other.mode(),
              other.step(),
              made.mode()));
    }
    if (!made.isDirectory() && made.content().equals(other.content())) {
      return Optional.empty();
    }
    String what = path + " was " + other.verb() + " by " + other.step();
    if (!step.overwrites().contains(path)) {
      return Optional.of(what + " already");
    }
    return seen ? Optional.empty() : Optional.of(what + ", which this step does not need");
  }
}
