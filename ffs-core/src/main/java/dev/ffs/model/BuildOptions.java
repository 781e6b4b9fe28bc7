package dev.ffs.model;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What a build system is told.
 *
 * <p>In arguments {@code $FFS_NAME} and {@code ${FFS_NAME}} stand for a variable; every other
 * character stands for itself.
 *
 * @param prefix where the package is to live, as an absolute path in the sysroot, or null
 * @param configure arguments of configure
 * @param make arguments of every call of make
 * @param install arguments of the call of make that installs; empty means {@code install}
 * @param directory the directory of the source tree to build in, or null for the source tree itself
 */
@API(status = API.Status.STABLE, since = "0.1")
public record BuildOptions(
    @Nullable Text prefix,
    List<Text> configure,
    List<Text> make,
    List<Text> install,
    @Nullable Text directory) {

  /** No options at all. */
  public static final BuildOptions NONE =
      new BuildOptions(null, List.of(), List.of(), List.of(), null);

  /** Copies the lists. */
  public BuildOptions {
    configure = List.copyOf(configure);
    make = List.copyOf(make);
    install = List.copyOf(install);
  }
}
