package dev.ffs.dsl;

import dev.ffs.model.BuildSystem;
import org.apiguardian.api.API;

/** A step as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface StepSpec permits StepDraft {

  /**
   * Says which steps of its phase it sees; without arguments none. If not called: every step above
   * it.
   *
   * @param steps names of steps of the same phase
   * @return this spec
   */
  StepSpec needs(String... steps);

  /**
   * Says where the package is to live.
   *
   * @param path an absolute path in the sysroot
   * @return this spec
   */
  StepSpec prefix(String path);

  /**
   * Gives arguments to configure, after those of the phase's defaults.
   *
   * @param arguments as written, except that {@code $FFS_X} stands for a variable
   * @return this spec
   */
  StepSpec configure(String... arguments);

  /**
   * Gives arguments to every call of make, after those of the phase's defaults.
   *
   * @param arguments as those of {@link #configure}
   * @return this spec
   */
  StepSpec make(String... arguments);

  /**
   * Gives arguments to the call of make that installs, after those of the phase's defaults.
   *
   * @param arguments as those of {@link #configure}
   * @return this spec
   */
  StepSpec install(String... arguments);

  /**
   * Builds in a directory of the source tree instead of in the source tree itself.
   *
   * @param name a relative path
   * @return this spec
   */
  StepSpec directory(String name);

  /**
   * Says which source it builds; if not called, the one that has the name of the step.
   *
   * @param id the name of one of {@link RecipeSpec#source}, or {@code none}
   * @return this spec
   */
  StepSpec source(String id);

  /**
   * Has further sources unpacked beside its own.
   *
   * @param ids names of {@link RecipeSpec#source}
   * @return this spec
   */
  StepSpec extraSources(String... ids);

  /**
   * Exports a variable to the step; called once for each variable.
   *
   * @param name the name of the variable
   * @param value its value, which may use {@code $FFS_X}
   * @return this spec
   */
  StepSpec environment(String name, String value);

  /**
   * Limits how many jobs the step runs at once.
   *
   * @param limit at least 1
   * @return this spec
   */
  StepSpec jobs(int limit);

  /**
   * Lets the step replace files that earlier steps of its phase made.
   *
   * @param paths absolute paths
   * @return this spec
   */
  StepSpec overwrites(String... paths);

  /**
   * Chooses another build system than the first of the phase's defaults.
   *
   * @param system one that the defaults name
   * @return this spec
   */
  StepSpec build(BuildSystem system);

  /**
   * Runs shell in the source tree before the build system.
   *
   * @param shell the lines
   * @return this spec
   */
  StepSpec before(String shell);

  /**
   * Runs shell in the source tree after the build system has installed.
   *
   * @param shell the lines
   * @return this spec
   */
  StepSpec after(String shell);

  /**
   * Runs shell in the source tree instead of a build system.
   *
   * @param shell the whole build
   * @return this spec
   */
  StepSpec script(String shell);
}
