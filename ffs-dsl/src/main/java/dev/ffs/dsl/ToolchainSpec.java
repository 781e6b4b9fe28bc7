package dev.ffs.dsl;

import dev.ffs.model.Toolchain;
import org.apiguardian.api.API;

/** A toolchain as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface ToolchainSpec permits ToolchainDraft {

  /**
   * Says where the compiler comes from. Required.
   *
   * @param kind the kind
   * @return this spec
   */
  ToolchainSpec kind(Toolchain.Kind kind);

  /**
   * Puts directories before the standard ones of {@code PATH}.
   *
   * @param directories absolute paths
   * @return this spec
   */
  ToolchainSpec path(String... directories);

  /**
   * Exports a variable to each step that uses the toolchain; called once for each variable.
   *
   * @param name the name of the variable
   * @param value its value, which may use {@code $FFS_X}
   * @return this spec
   */
  ToolchainSpec environment(String name, String value);
}
