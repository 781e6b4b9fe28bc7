package dev.ffs.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** With what stands in for fchroot. */
class FchrootStandInIT extends FchrootBuilds {

  @Override
  Path program() {
    return Path.of("src/test/resources/fchroot/fchroot").toAbsolutePath();
  }

  @Override
  Path readable(Path copy) throws IOException {
    return Files.copy(program(), copy, StandardCopyOption.COPY_ATTRIBUTES);
  }
}
