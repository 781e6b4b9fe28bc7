package dev.ffs.dsl;

import dev.ffs.model.Place;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/** A phase as it is being written: the keys of a file of {@code phases}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface PhaseSpec permits PhaseDraft {

  /**
   * Says where the steps run. Required.
   *
   * @param where the place
   * @return this spec
   */
  PhaseSpec where(Place where);

  /**
   * Says which toolchain the steps use. Required.
   *
   * @param id the name of one of {@link RecipeSpec#toolchain}
   * @return this spec
   */
  PhaseSpec toolchain(String id);

  /**
   * Says which phases' files the steps see; if not called, those of all phases above.
   *
   * @param phases their names, each above this one; none means that the steps see no phase but
   *     their own
   * @return this spec
   */
  PhaseSpec sees(String... phases);

  /**
   * Says which shell runs the scripts of the steps; {@value dev.ffs.model.Phase#DEFAULT_SHELL} if
   * not called.
   *
   * @param path an absolute path
   * @return this spec
   */
  PhaseSpec shell(String path);

  /**
   * Exports a variable to each step; called once for each variable.
   *
   * @param name the name of the variable
   * @param value its value, which may use {@code $FFS_X}
   * @return this spec
   */
  PhaseSpec environment(String name, String value);

  /**
   * Says what the steps tell the build systems unless they say otherwise.
   *
   * @param defaults one for each build system, made by {@link Recipes#autotools} and {@link
   *     Recipes#make}; the first one is that of a step without a body
   * @return this spec
   */
  PhaseSpec defaults(DefaultsSpec... defaults);

  /**
   * Adds a step that is built as the defaults say, from the source of the same name.
   *
   * @param id its name
   * @return this spec
   */
  PhaseSpec step(String id);

  /**
   * Adds a step.
   *
   * @param id its name, and that of its source unless it says otherwise
   * @param step says what differs from the defaults
   * @return this spec
   */
  PhaseSpec step(String id, Consumer<StepSpec> step);
}
