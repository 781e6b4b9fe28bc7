package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** Reads recipes from directories of YAML files. */
@API(status = API.Status.STABLE, since = "0.1")
public final class RecipeLoader {

  /** Makes a loader; it keeps nothing from one recipe to the next. */
  public RecipeLoader() {}

  /**
   * Reads a recipe and judges it.
   *
   * <p>A file of more than 1 MiB is refused unread (a patch: 16 MiB), and so is YAML with anchors,
   * aliases, tags or more than 20 levels.
   *
   * @param recipeDirectory the directory, whose name is the recipe's id; messages show it as given
   * @return a recipe without errors
   * @throws DiagnosticException with all errors of all its files
   */
  public Recipe load(Path recipeDirectory) {
    return new RecipeReader(recipeDirectory).read();
  }

  /**
   * Finds the recipes in a directory.
   *
   * @param recipesDirectory a directory of recipe directories, such as {@code recipes}
   * @return the ids of the directories that hold a {@code recipe.yaml}, sorted
   * @throws DiagnosticException if the directory cannot be read
   */
  public List<String> list(Path recipesDirectory) {
    try (Stream<Path> entries = Files.list(recipesDirectory)) {
      return entries
          .filter(entry -> Files.exists(entry.resolve(RecipeReader.RECIPE)))
          .map(entry -> String.valueOf(entry.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DiagnosticException(
          List.of(
              Diagnostic.error(
                      Origin.ofFile(recipesDirectory.toString()),
                      "there are no recipes: " + TextFiles.reason(recipesDirectory, e))
                  .withHelp("name the directory that holds the recipes' directories")));
    }
  }
}
