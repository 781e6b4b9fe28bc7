package dev.ffs.examples.cli;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import dev.ffs.plan.Planner;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ffs lint}. */
@Command(
    name = "lint",
    description = "Check recipes, and with shellcheck the scripts that are made of them.")
final class LintCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipesOption recipes;

  @Parameters(
      paramLabel = "RECIPE",
      arity = "0..*",
      description = "Recipes to check; default: all.")
  List<String> names = List.of();

  LintCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Linter linter = new Linter(surroundings.host());
    for (String name : names.isEmpty() ? recipes.names(surroundings) : names) {
      Recipe recipe = recipes.load(surroundings, name);
      for (Target target : recipe.targets()) {
        linter.add(Planner.plan(recipe, target.id()));
      }
    }
    List<Diagnostic> found = linter.lint();
    found.forEach(surroundings.err()::println);
    if (!found.isEmpty()) {
      surroundings.err().println("ffs: " + Console.count(found.size(), "finding"));
      return ExitCode.BAD_RECIPE;
    }
    surroundings.out().println(Console.count(linter.count(), "script") + " checked, nothing found");
    return ExitCode.OK;
  }
}
