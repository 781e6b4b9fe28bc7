package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manual knows what the help knows. */
class ManualTest {

  private static String manual() throws IOException {
    return Files.readString(Path.of("../docs/cli.md"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list",
        "plan",
        "explain",
        "check",
        "fetch",
        "build",
        "audit",
        "generate",
        "lint",
        "doctor",
        "shell",
        "store list",
        "store verify",
        "store prune"
      })
  void everyCommandAndOptionIsInTheManual(String command) throws IOException {
    Calls calls = new Calls();
    calls.call((command + " --help").split(" "));
    String manual = manual();

    assertThat(manual)
        .contains("\n## " + command.split(" ")[0] + "\n")
        .contains("\n./ffs " + command);
    Matcher option = Pattern.compile("--[a-z]+(-[a-z]+)*").matcher(calls.out());
    while (option.find()) {
      assertThat(manual).contains(option.group());
    }
  }

  @Test
  void everyExitCodeIsInTheManual() throws IOException {
    Calls calls = new Calls();
    calls.call("build", "--help");
    String manual = manual();

    Matcher code = Pattern.compile("(?m)^  (\\d+)  +\\w").matcher(calls.out());
    int count = 0;
    while (code.find()) {
      assertThat(manual).contains("\n| " + code.group(1) + " | ");
      count++;
    }
    assertThat(count).isEqualTo(7);
  }
}
