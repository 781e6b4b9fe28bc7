package dev.ffs.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandTest {

  @Test
  void itKeepsWhatItWasGiven() {
    Command command =
        Command.of("make", "-j2")
            .withEnvironment(Map.of("A", "b"))
            .withDirectory("/build")
            .withTimeout(Duration.ofSeconds(5));

    assertThat(command)
        .isEqualTo(
            new Command(List.of("make", "-j2"), Map.of("A", "b"), "/build", Duration.ofSeconds(5)));
  }

  @Test
  void laterChangesOfTheCollectionsDoNotReachIt() {
    List<String> argv = new ArrayList<>(List.of("make"));
    Map<String, String> environment = new HashMap<>(Map.of("A", "b"));
    Command command = new Command(argv, environment, null, null);

    argv.add("x");
    environment.clear();

    assertThat(command.argv()).containsExactly("make");
    assertThat(command.environment()).containsExactly(Map.entry("A", "b"));
  }

  @Test
  void itNeedsAProgram() {
    assertThatThrownBy(Command::of).hasMessage("a command needs a program");
    assertThatThrownBy(() -> Command.of("")).hasMessage("a command needs a program");
  }

  @Test
  void nothingHoldsNul() {
    Command command = Command.of("make");

    assertThatThrownBy(() -> Command.of("make", "a\0b"))
        .hasMessage("an argument holds a NUL character");
    assertThatThrownBy(() -> command.withEnvironment(Map.of("A", "\0")))
        .hasMessage("the variable A holds a NUL character");
    assertThatThrownBy(() -> command.withEnvironment(Map.of("\0", "")))
        .hasMessage("a variable's name holds a NUL character");
    assertThatThrownBy(() -> command.withDirectory("/\0"))
        .hasMessage("the directory holds a NUL character");
  }

  @Test
  void namesOfVariablesAreNames() {
    assertThatThrownBy(() -> Command.of("make").withEnvironment(Map.of("A=B", "c")))
        .hasMessage("not the name of a variable: 'A=B'");
    assertThatThrownBy(() -> Command.of("make").withEnvironment(Map.of("", "c")))
        .hasMessage("not the name of a variable: ''");
  }

  @Test
  void theDirectoryIsAbsolute() {
    assertThatThrownBy(() -> Command.of("make").withDirectory("build"))
        .hasMessage("not an absolute directory: 'build'");
  }

  @Test
  void aTimeoutIsLongerThanNothing() {
    assertThatThrownBy(() -> Command.of("make").withTimeout(Duration.ZERO))
        .hasMessage("a timeout is longer than nothing: PT0S");
    assertThatThrownBy(() -> Command.of("make").withTimeout(Duration.ofSeconds(-1)))
        .hasMessage("a timeout is longer than nothing: PT-1S");
  }
}
