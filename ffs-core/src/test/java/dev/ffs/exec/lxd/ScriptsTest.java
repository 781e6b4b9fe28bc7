package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptsTest {

  @ParameterizedTest
  @ValueSource(strings = {"tools.sh", "network.sh"})
  void shellcheckFindsNothing(String script, @TempDir Path here)
      throws IOException, InterruptedException {
    Tools.require("shellcheck");
    Files.writeString(here.resolve(script), Scripts.read(script));

    assertThat(Tools.run(here, "shellcheck", "--shell", "sh", script).output()).isEmpty();
  }
}
