package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptsTest {

  @ParameterizedTest
  @CsvSource({
    "run.sh,sh",
    "push.sh,sh",
    "pull.sh,sh",
    "tools.sh,sh",
    "network.sh,sh",
    "pipe.sh,bash"
  })
  void shellcheckFindsNothing(String script, String shell, @TempDir Path here)
      throws IOException, InterruptedException {
    Tools.require("shellcheck");
    Files.writeString(here.resolve(script), Scripts.read(script));

    assertThat(Tools.run(here, "shellcheck", "--shell", shell, script).output()).isEmpty();
  }
}
