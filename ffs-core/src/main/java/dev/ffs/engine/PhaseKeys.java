package dev.ffs.engine;

import dev.ffs.model.Archive;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says of each phase what a plan makes of it. Other than the key of a step this needs neither
 * sources nor layers nor a compiler, so it is known before anything runs.
 */
final class PhaseKeys {

  private PhaseKeys() {}

  /**
   * Returns the keys of all phases, in the order of the plan.
   *
   * @return id of a phase to a digest over its steps and those of the phases before it
   */
  static Map<String, String> of(BuildPlan plan, ScriptGenerator scripts) {
    Map<String, String> keys = new LinkedHashMap<>();
    List<String> soFar = new ArrayList<>();
    for (PlannedStep step : plan.steps()) {
      StepInputs inputs =
          StepInputs.of(
              Enclosure.NAMESPACES,
              List.of(),
              step,
              scripts.generate(step),
              // Whichever of its archives is there when it is built.
              source ->
                  Optional.of(
                      source.archives().stream()
                          .map(Archive::digest)
                          .collect(Collectors.joining(" "))),
              layer -> Optional.of(""),
              () -> "");
      soFar.add(step.id() + " " + inputs.key().digest());
      keys.put(step.id().phase(), StepKey.sha256(String.join("\n", soFar)));
    }
    return keys;
  }
}
