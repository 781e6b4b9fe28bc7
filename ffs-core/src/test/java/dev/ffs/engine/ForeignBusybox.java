package dev.ffs.engine;

import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Static busyboxes of machines that this one is not. */
enum ForeignBusybox {
  ARM("aarch64", "arm64"),
  RISCV("riscv64", "riscv64");

  /** Fetched once for many runs of the tests. */
  private static final Path CACHE = Path.of("target", "foreign-busybox").toAbsolutePath();

  /** The architecture, as QEMU and uname have it. */
  final String arch;

  private final String debian;

  ForeignBusybox(String arch, String debian) {
    this.arch = arch;
    this.debian = debian;
  }

  /** Skips the test where they cannot be had. */
  static void require() throws IOException, InterruptedException {
    Tools.require("apt-get");
    Tools.require("dpkg-deb");
    if (Files.exists(ARM.file()) && Files.exists(RISCV.file())) {
      return;
    }
    Path script = resource("busybox.sh", Files.createDirectories(CACHE));
    Tools.Result result =
        Tools.run(CACHE, "bash", script.toString(), CACHE.toString(), ARM.debian, RISCV.debian);
    Tools.require(result.code() == 0, "no busybox of another architecture: " + result.output());
  }

  Path file() {
    return CACHE.resolve("busybox-" + debian);
  }

  /** Copies a script of these tests out of the class path. */
  static Path resource(String name, Path directory) throws IOException {
    Path file = directory.resolve(name);
    try (var in = ForeignBusybox.class.getResourceAsStream("/foreign/" + name)) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }
}
