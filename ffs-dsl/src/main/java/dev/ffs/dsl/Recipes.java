package dev.ffs.dsl;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Recipe;
import dev.ffs.validate.RecipeValidator;
import java.util.Objects;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/** Where a recipe in Java begins; meant for static import. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Recipes {

  private Recipes() {}

  /**
   * Makes a recipe.
   *
   * @param id its name
   * @param recipe says what it is
   * @return the recipe, equal to that of the same words in YAML but for the origins
   * @throws DiagnosticException with everything that is wrong, located at the lines that say it
   * @throws IllegalStateException if a spec is used outside its lambda
   */
  public static Recipe recipe(String id, Consumer<RecipeSpec> recipe) {
    Objects.requireNonNull(id, "id");
    Diagnostics problems = new Diagnostics();
    Scope scope = new Scope("recipe '" + id + "'", Scope.here(), problems);
    RecipeDraft draft = new RecipeDraft(id, scope);
    scope.run(draft, recipe);
    Recipe made = draft.toModel();
    RecipeValidator.validate(made).stream()
        .filter(diagnostic -> !diagnostic.origin().equals(Scope.MISSING))
        .forEach(problems::add);
    problems.throwIfErrors();
    return made;
  }

  /**
   * Says what {@code ./configure}, {@code make} and {@code make install} are told.
   *
   * @return nothing yet
   */
  public static DefaultsSpec autotools() {
    return GivenDefaults.of(BuildSystem.AUTOTOOLS, Scope.here());
  }

  /**
   * Says what {@code make} and {@code make install} are told.
   *
   * @return nothing yet
   */
  public static DefaultsSpec make() {
    return GivenDefaults.of(BuildSystem.MAKE, Scope.here());
  }
}
