package dev.ffs.model;

import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** A processor, and what others call it. */
@API(status = API.Status.STABLE, since = "0.1")
public enum Architecture {
  /** 64-bit x86. */
  X86_64("x86_64", "x86_64", 62, true, "amd64", "x86_64", "/lib64/ld-linux-x86-64.so.2"),
  /** 64-bit ARM. */
  AARCH64("aarch64", "arm64", 183, true, "arm64", "aarch64", "/lib/ld-linux-aarch64.so.1"),
  /** 64-bit RISC-V with doubles in registers. */
  RISCV64(
      "riscv64", "riscv64", 243, true, "riscv64", "riscv64", "/lib/ld-linux-riscv64-lp64d.so.1"),
  /** 64-bit POWER, little end first, ELFv2. */
  POWERPC64LE("powerpc64le", "ppc64le", 21, true, "ppc64le", "ppc64le", "/lib64/ld64.so.2"),
  /** 64-bit POWER, big end first, ELFv2. */
  POWERPC64("powerpc64", "ppc64", 21, false, "ppc64", "ppc64", "/lib64/ld64.so.2");

  private final String cpu;
  private final String alias;
  private final int elfMachine;
  private final boolean littleEndian;
  private final String oci;
  private final String lxd;
  private final String glibcLoader;

  Architecture(
      String cpu,
      String alias,
      int elfMachine,
      boolean littleEndian,
      String oci,
      String lxd,
      String glibcLoader) {
    this.cpu = cpu;
    this.alias = alias;
    this.elfMachine = elfMachine;
    this.littleEndian = littleEndian;
    this.oci = oci;
    this.lxd = lxd;
    this.glibcLoader = glibcLoader;
  }

  /**
   * Finds the processor of a triple.
   *
   * @param triple such as {@code aarch64-linux-musl}
   * @return the processor, or empty if it is none of these
   */
  public static Optional<Architecture> ofTriple(String triple) {
    String first = triple.replaceFirst("-.*", "");
    return Stream.of(values())
        .filter(a -> a.cpu.equals(first) || a.alias.equals(first))
        .findFirst();
  }

  /**
   * Returns the first part of triples.
   *
   * @return such as {@code aarch64}
   */
  public String cpu() {
    return cpu;
  }

  /**
   * Returns its number in ELF files.
   *
   * @return the number, as in {@code e_machine}
   */
  public int elfMachine() {
    return elfMachine;
  }

  /**
   * Returns how wide its addresses are.
   *
   * @return bits
   */
  public int bits() {
    return 64;
  }

  /**
   * Says how it stores numbers.
   *
   * @return true if the little end comes first
   */
  public boolean littleEndian() {
    return littleEndian;
  }

  /**
   * Returns its name in OCI images, which is that of the Go language.
   *
   * @return such as {@code arm64}
   */
  public String oci() {
    return oci;
  }

  /**
   * Returns its name in LXD images, which is that of the kernel's {@code uname}.
   *
   * @return such as {@code aarch64}
   */
  public String lxd() {
    return lxd;
  }

  /**
   * Returns the program that loads shared libraries, which dynamically linked programs name.
   *
   * @param triple the whole triple, which says which C library there is
   * @return an absolute path, or empty if the C library is neither musl nor glibc
   */
  public Optional<String> loader(String triple) {
    if (triple.endsWith("-musl")) {
      return Optional.of("/lib/ld-musl-" + cpu + ".so.1");
    }
    return triple.endsWith("-gnu") ? Optional.of(glibcLoader) : Optional.empty();
  }
}
