package dev.ffs.engine;

import dev.ffs.model.Patch;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.model.Toolchain;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.script.StepScripts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Everything that the result of a step depends on.
 *
 * @param known inputs by name, as in a {@link StepKey}
 * @param unknown names of inputs that cannot be known yet: layers of steps that have to run first,
 *     sources that have to be fetched first
 * @param texts those of which inputs are digests, to show what has changed
 */
record StepInputs(SortedMap<String, String> known, SortedSet<String> unknown, List<String> texts) {

  StepInputs {
    known = Collections.unmodifiableSortedMap(new TreeMap<>(known));
    unknown = Collections.unmodifiableSortedSet(new TreeSet<>(unknown));
    texts = List.copyOf(texts);
  }

  /**
   * Collects the inputs of a step.
   *
   * @param chrootProgram what enters the root of chroot phases, if not the enclosure
   * @param sources the digest of the archive that is used, if that is known
   * @param layers the digest of what a step made, if that is known
   * @param hostCompiler says which compiler the machine has
   */
  static StepInputs of(
      Enclosure enclosure,
      List<String> chrootProgram,
      PlannedStep step,
      StepScripts scripts,
      Function<Source, Optional<String>> sources,
      Function<StepId, Optional<String>> layers,
      Supplier<String> hostCompiler) {
    Collector inputs = new Collector();
    inputs.text("enclosure", enclosure(enclosure));
    if (entersThroughProgram(chrootProgram, step)) {
      // It isolates less, so nothing that was built so is taken for what an enclosure built.
      inputs.text("chroot program", ScriptGenerator.fchroot());
    }
    inputs.value(
        "place", Optional.of(step.where().name().toLowerCase(Locale.ROOT) + " " + step.shell()));
    if (step.emulator() != null) {
      // Its version is none of them: a program does the same under each, as it does without any.
      inputs.value("emulator", Optional.of(String.join(" ", step.emulator().options())));
    }
    inputs.text("prepare script", scripts.prepare());
    inputs.text("script", scripts.build());
    if (step.toolchain() == Toolchain.Kind.HOST) {
      inputs.text("host compiler", hostCompiler.get());
    }
    for (Source source : step.sources()) {
      inputs.value("source " + source.id(), sources.apply(source));
      for (Patch patch : source.patches()) {
        inputs.text("patch " + source.id() + "/" + patch.name().value(), patch.content());
      }
    }
    List<String> order = new ArrayList<>();
    for (StepId id : step.sees()) {
      inputs.value("layer " + id, layers.apply(id));
      order.add(id.toString());
    }
    // Where two layers have the same path, the order decides.
    inputs.text("layers", String.join("\n", order));
    return new StepInputs(inputs.known, inputs.unknown, inputs.texts);
  }

  /** Returns whether a program of the executor's enters the root of a step. */
  static boolean entersThroughProgram(List<String> chrootProgram, PlannedStep step) {
    return step.where() == Place.CHROOT && !chrootProgram.isEmpty();
  }

  /** Returns the script that makes an enclosure. */
  static String enclosure(Enclosure kind) {
    return switch (kind) {
      case NAMESPACES -> ScriptGenerator.enclosure();
      case NONE -> ScriptGenerator.plain();
    };
  }

  /** Returns the key, once everything is known. */
  StepKey key() {
    if (!unknown.isEmpty()) {
      throw new IllegalStateException("not known yet: " + unknown);
    }
    return new StepKey(known);
  }

  private static final class Collector {

    private final SortedMap<String, String> known = new TreeMap<>();
    private final SortedSet<String> unknown = new TreeSet<>();
    private final List<String> texts = new ArrayList<>();

    void text(String name, String text) {
      known.put(name, StepKey.sha256(text));
      texts.add(text);
    }

    void value(String name, Optional<String> value) {
      value.ifPresentOrElse(v -> known.put(name, v), () -> unknown.add(name));
    }
  }
}
