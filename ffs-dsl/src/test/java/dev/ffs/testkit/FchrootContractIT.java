package dev.ffs.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/** With the real fchroot, where that is on the PATH: it is in no package registry. */
@Tag("real-fchroot")
@EnabledIf(
    value = "isInstalled",
    disabledReason = "fchroot is not installed (funtoo-src/fchroot on GitHub)")
class FchrootContractIT extends FchrootContract {

  static boolean isInstalled() {
    return installed().isPresent();
  }

  private static Optional<Path> installed() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(directory -> Path.of(directory, "fchroot"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  Path program() {
    return installed().orElseThrow();
  }
}
