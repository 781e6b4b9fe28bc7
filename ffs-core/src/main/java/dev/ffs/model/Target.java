package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A kind of machine to build for.
 *
 * @param id its name, such as {@code arm-64bit}
 * @param triple the target triple as autoconf means it, such as {@code aarch64-linux-musl}
 * @param kernelArch the name of the architecture in the Linux source tree
 * @param cflags compiler flags
 * @param qemu how to run its programs on the build machine, or null if it runs them itself
 * @param variables further values; {@code musl-arch} becomes {@code FFS_MUSL_ARCH}
 * @param origin where the id stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Target(
    String id,
    Text triple,
    Text kernelArch,
    Text cflags,
    @Nullable Qemu qemu,
    List<Variable> variables,
    Origin origin) {

  /**
   * How QEMU's user mode emulation runs the programs of a target.
   *
   * @param arch the suffix of the emulator's name, such as {@code aarch64}
   * @param cpu the CPU model, or null for the emulator's default
   */
  public record Qemu(Text arch, @Nullable Text cpu) {

    /** Checks that the architecture is there. */
    public Qemu {
      Objects.requireNonNull(arch, "arch");
    }
  }

  /** Copies the list and checks that all is there. */
  public Target {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(triple, "triple");
    Objects.requireNonNull(kernelArch, "kernelArch");
    Objects.requireNonNull(cflags, "cflags");
    Objects.requireNonNull(origin, "origin");
    variables = List.copyOf(variables);
  }
}
