package dev.ffs.testkit;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Severity;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.validate.RecipeValidator;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about a recipe. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RecipeAssert extends AbstractAssert<RecipeAssert, Recipe> {

  private RecipeAssert(@Nullable Recipe actual) {
    super(actual, RecipeAssert.class);
  }

  /**
   * Begins assertions about a recipe.
   *
   * @param actual the recipe
   * @return assertions about it
   */
  public static RecipeAssert assertThatRecipe(@Nullable Recipe actual) {
    return new RecipeAssert(actual);
  }

  /**
   * Asserts that both recipes say the same, wherever they say it.
   *
   * @param expected a recipe, from YAML or from Java
   * @return this
   */
  public RecipeAssert isEquivalentTo(Recipe expected) {
    isNotNull();
    List<String> differences = Differences.between(actual, expected);
    if (!differences.isEmpty()) {
      failWithMessage(
          "Expected recipe '%s' to be equivalent to recipe '%s', but:\n%s",
          actual.id(), expected.id(), lines(differences));
    }
    return this;
  }

  /**
   * Asserts that the rules over whole recipes find no error.
   *
   * @return this
   */
  public RecipeAssert hasNoErrors() {
    isNotNull();
    List<String> errors =
        RecipeValidator.validate(actual).stream()
            .filter(diagnostic -> diagnostic.severity() == Severity.ERROR)
            .map(Diagnostic::toString)
            .toList();
    if (!errors.isEmpty()) {
      failWithMessage(
          "Expected recipe '%s' to have no errors, but:\n%s", actual.id(), lines(errors));
    }
    return this;
  }

  /**
   * Goes to a phase, which must be there.
   *
   * @param id its name
   * @return assertions about it
   */
  public PhaseAssert phase(String id) {
    isNotNull();
    return actual.phases().stream()
        .filter(phase -> phase.id().equals(id))
        .findFirst()
        .map(PhaseAssert::new)
        .orElseThrow(
            () ->
                failure(
                    "Expected recipe '%s' to have a phase '%s', but it has %s",
                    actual.id(), id, actual.phases().stream().map(Phase::id).toList()));
  }

  private static String lines(List<String> texts) {
    return texts.stream()
        .map(text -> "  " + text.replace("\n", "\n  "))
        .collect(Collectors.joining("\n"));
  }
}
