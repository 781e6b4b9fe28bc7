package dev.ffs.dsl;

import org.apiguardian.api.API;

/** A target as it is being written: the keys of a file of {@code targets}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface TargetSpec permits TargetDraft {

  /**
   * Says what autoconf calls it. Required.
   *
   * @param triple such as {@code aarch64-linux-musl}
   * @return this spec
   */
  TargetSpec triple(String triple);

  /**
   * Says what the Linux source tree calls its architecture. Required.
   *
   * @param arch such as {@code arm64}
   * @return this spec
   */
  TargetSpec kernelArch(String arch);

  /**
   * Says which flags the C compiler is given. Required.
   *
   * @param flags such as {@code -O2}
   * @return this spec
   */
  TargetSpec cflags(String flags);

  /**
   * Says which emulator runs its programs on the build machine, with the emulator's default CPU.
   *
   * @param arch such as {@code aarch64}
   * @return this spec
   */
  TargetSpec qemu(String arch);

  /**
   * Says which emulator runs its programs on the build machine.
   *
   * @param arch such as {@code aarch64}
   * @param cpu such as {@code cortex-a72}
   * @return this spec
   */
  TargetSpec qemu(String arch, String cpu);

  /**
   * Adds a value that differs from target to target; called once for each.
   *
   * @param name such as {@code musl-arch}, which steps see as {@code $FFS_MUSL_ARCH}
   * @param value the value
   * @return this spec
   */
  TargetSpec variable(String name, String value);
}
