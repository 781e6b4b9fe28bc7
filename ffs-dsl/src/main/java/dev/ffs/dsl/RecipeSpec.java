package dev.ffs.dsl;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * A recipe as it is being written: the keys of {@code recipe.yaml}, {@code sources.yaml} and the
 * files of {@code phases} and {@code targets}.
 *
 * <p>Alive inside the lambda that it is given to; afterwards each call throws {@link
 * IllegalStateException}, as with every spec of this package.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface RecipeSpec permits RecipeDraft {

  /**
   * Says in one line what the recipe builds.
   *
   * @param title the line
   * @return this spec
   */
  RecipeSpec title(String title);

  /**
   * Adds a phase; phases run in the order in which they are added.
   *
   * @param id its name
   * @param phase says what it does
   * @return this spec
   */
  RecipeSpec phase(String id, Consumer<PhaseSpec> phase);

  /**
   * Adds a toolchain.
   *
   * @param id its name, as phases refer to it
   * @param toolchain says what it is
   * @return this spec
   */
  RecipeSpec toolchain(String id, Consumer<ToolchainSpec> toolchain);

  /**
   * Says what the output holds.
   *
   * @param output says it
   * @return this spec
   */
  RecipeSpec output(Consumer<OutputSpec> output);

  /**
   * Says where the files that {@link SourceSpec#patches} names are. In YAML that is {@code
   * recipes/patches}, always.
   *
   * @param directory the directory; its files are read when the recipe ends
   * @return this spec
   */
  RecipeSpec patchesFrom(Path directory);

  /**
   * Adds a group of mirrors for URLs such as {@code mirror://NAME/path}.
   *
   * @param name the name of the group
   * @param bases absolute URLs that end in a slash, the preferred one first
   * @return this spec
   */
  RecipeSpec mirror(String name, String... bases);

  /**
   * Adds a source.
   *
   * @param id its name, as steps refer to it
   * @param source says what it is and where it is
   * @return this spec
   */
  RecipeSpec source(String id, Consumer<SourceSpec> source);

  /**
   * Adds a kind of machine that the recipe can be built for.
   *
   * @param id its name, such as {@code arm-64bit}
   * @param target says what it is
   * @return this spec
   */
  RecipeSpec target(String id, Consumer<TargetSpec> target);
}
