package dev.ffs.examples.cli;

import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ffs list}. */
@Command(name = "list", description = "List the recipes and their targets.")
final class ListCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipesOption recipes;

  ListCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Table table = new Table().row("RECIPE", "TARGETS", "TITLE");
    for (String name : recipes.names(surroundings)) {
      Recipe recipe = recipes.load(surroundings, name);
      String targets = recipe.targets().stream().map(Target::id).collect(Collectors.joining(", "));
      table.row(recipe.id(), targets, recipe.title().value());
    }
    table.lines().forEach(surroundings.out()::println);
    return ExitCode.OK;
  }
}
