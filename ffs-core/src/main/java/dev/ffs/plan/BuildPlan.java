package dev.ffs.plan;

import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Output;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * What a build will do, in order.
 *
 * @param recipe id of the recipe
 * @param target what it is built for
 * @param steps every step, in an order in which each comes after all that it sees
 * @param sources the sources that the steps unpack, by id
 * @param mirrors the recipe's mirror groups
 * @param output what the output holds
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record BuildPlan(
    String recipe,
    Target target,
    List<PlannedStep> steps,
    List<Source> sources,
    List<MirrorGroup> mirrors,
    Output output) {

  /** The triple of the machines that builds run on. */
  public static final String BUILD_TRIPLE = "x86_64-pc-linux-gnu";

  /** Copies the lists and checks that all is there. */
  public BuildPlan {
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(output, "output");
    steps = List.copyOf(steps);
    sources = List.copyOf(sources);
    mirrors = List.copyOf(mirrors);
  }

  /**
   * Finds a step.
   *
   * @param id its name
   * @return the step, or empty
   */
  public Optional<PlannedStep> step(StepId id) {
    return steps.stream().filter(s -> s.id().equals(id)).findFirst();
  }

  /**
   * Returns the part of this plan that some steps take.
   *
   * @param ids names of the steps; those that are none of this plan's are ignored
   * @return these steps and all that they are built on: what they see, what that has seen, and so
   *     on; with the sources of all of them
   */
  public BuildPlan only(Set<StepId> ids) {
    Set<StepId> all = new HashSet<>(ids);
    List<PlannedStep> kept = new ArrayList<>();
    // From the end: a step comes before all that see it.
    for (int i = steps.size() - 1; i >= 0; i--) {
      PlannedStep step = steps.get(i);
      if (all.contains(step.id())) {
        kept.add(0, step);
        all.addAll(step.sees());
      }
    }
    Set<String> unpacked =
        kept.stream()
            .flatMap(step -> step.sources().stream())
            .map(Source::id)
            .collect(Collectors.toSet());
    return new BuildPlan(
        recipe,
        target,
        kept,
        sources.stream().filter(source -> unpacked.contains(source.id())).toList(),
        mirrors,
        output);
  }

  /**
   * Returns the name that files of this build begin with.
   *
   * @return {@code RECIPE-TARGET}
   */
  public String name() {
    return recipe + "-" + target.id();
  }
}
