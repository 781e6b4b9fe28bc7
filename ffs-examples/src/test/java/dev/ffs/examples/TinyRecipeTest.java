package dev.ffs.examples;

import static dev.ffs.testkit.RecipeAssert.assertThatRecipe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.load.RecipeLoader;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import dev.ffs.plan.Planner;
import dev.ffs.script.Bundle.BundleFile;
import dev.ffs.script.ScriptGenerator;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Both front doors lead into one house. */
class TinyRecipeTest {

  private static final Path RECIPES = Path.of("..", "recipes");

  private final Recipe java = TinyRecipe.recipe(RECIPES.resolve("patches"));
  private final Recipe yaml = new RecipeLoader().load(RECIPES.resolve("tiny"));

  @Test
  void theTwinsInJavaAndYamlAreEquivalent() {
    assertThatRecipe(java).isEquivalentTo(yaml);
  }

  @Test
  void theirScriptsAreTheSameByteForByte() {
    ScriptGenerator generator = ScriptGenerator.create();

    assertThat(yaml.targets()).isNotEmpty();
    for (Target target : yaml.targets()) {
      Map<String, String> expected = files(generator, yaml, target);
      Map<String, String> actual = files(generator, java, target);

      assertThat(expected).hasSizeGreaterThan(2 * yaml.phases().size());
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (path, content) ->
              assertThat(actual.get(path)).as(target.id() + " " + path).isEqualTo(content));
    }
  }

  private static Map<String, String> files(
      ScriptGenerator generator, Recipe recipe, Target target) {
    return generator.bundle(Planner.plan(recipe, target.id())).files().stream()
        .collect(Collectors.toMap(BundleFile::path, BundleFile::content));
  }
}
