package dev.ffs.testkit;

import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
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

  // HERE: hasNoErrors(), once there is a RecipeValidator.

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
