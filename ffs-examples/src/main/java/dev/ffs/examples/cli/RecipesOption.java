package dev.ffs.examples.cli;

import dev.ffs.load.RecipeLoader;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where recipes are, and how to get at them. */
final class RecipesOption {

  @Option(
      names = "--recipes",
      paramLabel = "DIR",
      description = "Directory with a directory for each recipe; default: recipes beside ffs.")
  @Nullable Path recipes;

  Path directory(Surroundings surroundings) {
    Path directory = recipes != null ? recipes : surroundings.home().resolve("recipes");
    if (!Files.isDirectory(directory)) {
      throw new UsageException(
          "no directory " + directory + "; --recipes DIR says where the recipes are");
    }
    return directory;
  }

  List<String> names(Surroundings surroundings) {
    return new RecipeLoader().list(directory(surroundings));
  }

  /**
   * Loads a recipe.
   *
   * @throws UsageException if there is none of that name
   */
  Recipe load(Surroundings surroundings, String name) {
    Path directory = directory(surroundings);
    List<String> names = new RecipeLoader().list(directory);
    if (!names.contains(name)) {
      throw UsageException.unknown("no recipe '" + name + "' in " + directory, name, names);
    }
    return new RecipeLoader().load(directory.resolve(name));
  }

  /**
   * Checks that a recipe has a target.
   *
   * @throws UsageException if not
   */
  static void check(Recipe recipe, String target) {
    List<String> targets = recipe.targets().stream().map(Target::id).toList();
    if (!targets.contains(target)) {
      throw UsageException.unknown(
          "recipe '" + recipe.id() + "' has no target '" + target + "'", target, targets);
    }
  }
}
