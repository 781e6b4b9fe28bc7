package dev.ffs.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.engine.BuildResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBuildIT {

  @TempDir Path output;

  @Test
  void theExampleOfTheReadmeBuilds() {
    BuildResult result =
        EmbeddedBuild.build(Path.of("src/test/resources/recipes/hello"), "x86-64bit", output);

    assertThat(result.succeeded()).isTrue();
    assertThat(output).isDirectoryContaining("glob:**/hello-x86-64bit.tar.xz");
  }
}
