package dev.ffs.examples.cli;

import dev.ffs.model.Recipe;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The recipe and the target that a command is about. */
final class RecipeArguments {

  @Parameters(index = "0", paramLabel = "RECIPE", description = "A recipe that `ffs list` names.")
  String recipe;

  @Parameters(index = "1", paramLabel = "TARGET", description = "One of the recipe's targets.")
  String target;

  @Mixin RecipesOption recipes;

  /**
   * Loads the recipe.
   *
   * @throws UsageException if there is no such recipe or no such target
   */
  Recipe load(Surroundings surroundings) {
    Recipe loaded = recipes.load(surroundings, recipe);
    RecipesOption.check(loaded, target);
    return loaded;
  }

  BuildPlan plan(Surroundings surroundings) {
    return Planner.plan(load(surroundings), target);
  }

  /**
   * Finds a step by its name.
   *
   * @throws UsageException if there is no such step
   */
  StepId step(Recipe loaded, String name) {
    List<StepId> steps =
        Planner.plan(loaded, target).steps().stream().map(PlannedStep::id).toList();
    return steps.stream()
        .filter(id -> id.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                UsageException.unknown(
                    "recipe '" + loaded.id() + "' has no step '" + name + "'",
                    name,
                    steps.stream().map(StepId::toString).toList()));
  }

  /**
   * Finds steps by their names.
   *
   * @throws UsageException if there is no such step
   */
  Set<StepId> steps(Recipe loaded, List<String> names) {
    Set<StepId> ids = new LinkedHashSet<>();
    names.forEach(name -> ids.add(step(loaded, name)));
    return ids;
  }
}
