package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.load.RecipeLoader;
import dev.ffs.plan.Planner;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LintIT {

  private static final Path RECIPES = Path.of("src/test/resources/bad");

  private static String lint(String recipe) throws IOException {
    Linter linter = new Linter(new ThisHost());
    linter.add(Planner.plan(new RecipeLoader().load(RECIPES.resolve(recipe)), "x86-64bit"));
    StringBuilder found = new StringBuilder();
    for (Diagnostic diagnostic : linter.lint()) {
      found.append(diagnostic).append('\n');
    }
    return found.toString();
  }

  @Test
  void whatShellcheckFindsStandsAtItsPlaceInTheRecipe() throws IOException {
    assertThat(lint("careless"))
        .contains(
            """
            src/test/resources/bad/careless/phases/greet.yaml:10:19: warning: DESTINATION is \
            referenced but not assigned. [SC2154]
                        cp hello "$DESTINATION"
                                  ^
            src/test/resources/bad/careless/phases/greet.yaml:14:21: warning: WORLD_VERSION is \
            referenced but not assigned. [SC2154]
                               echo $WORLD_VERSION
                                    ^
            """,
            """
            src/test/resources/bad/careless/sources.yaml:8:14: warning: PREFIX is referenced but \
            not assigned. [SC2154]
                      rm -rf $PREFIX/doc
                             ^
            """);
  }

  @Test
  void whatIsOnlyWrongInTheWholeScriptIsNamedByTheScript() throws IOException {
    assertThat(lint("careless"))
        .containsPattern("careless-x86-64bit greet/broken build.sh:\\d+: error: syntax error");
  }

  @Test
  void aRecipeWithoutFaultsHasNoFindings() throws IOException {
    Linter linter = new Linter(new ThisHost());
    linter.add(
        Planner.plan(new RecipeLoader().load(Calls.HOME.resolve("recipes/hello")), "x86-64bit"));

    assertThat(linter.lint()).isEmpty();
    assertThat(linter.count()).isEqualTo(4);
  }
}
