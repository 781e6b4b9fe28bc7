package dev.ffs.testkit;

import java.nio.file.Path;

/** With what stands in for fchroot. */
class FchrootStandInContractIT extends FchrootContract {

  @Override
  Path program() {
    return Path.of("../ffs-core/src/test/resources/fchroot/fchroot").toAbsolutePath().normalize();
  }
}
