package dev.ffs.dsl;

import org.apiguardian.api.API;

/**
 * What steps tell a build system unless they say otherwise; made by {@link Recipes#autotools} and
 * {@link Recipes#make}.
 *
 * <p>Immutable: it may be kept and given to several phases. Each method returns a copy.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface DefaultsSpec permits GivenDefaults {

  /**
   * Says where the package is to live.
   *
   * @param path an absolute path in the sysroot
   * @return a copy with it
   */
  DefaultsSpec prefix(String path);

  /**
   * Gives arguments to configure.
   *
   * @param arguments as written, except that {@code $FFS_X} stands for a variable
   * @return a copy with it
   */
  DefaultsSpec configure(String... arguments);

  /**
   * Gives arguments to every call of make.
   *
   * @param arguments as those of {@link #configure}
   * @return a copy with it
   */
  DefaultsSpec make(String... arguments);

  /**
   * Gives arguments to the call of make that installs; not called means {@code install}.
   *
   * @param arguments as those of {@link #configure}
   * @return a copy with it
   */
  DefaultsSpec install(String... arguments);

  /**
   * Builds in a directory of the source tree instead of in the source tree itself.
   *
   * @param name a relative path
   * @return a copy with it
   */
  DefaultsSpec directory(String name);
}
