package dev.ffs.exec.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemoteOutputTest {

  private final List<String> lines = new ArrayList<>();
  private final RemoteOutput output =
      new RemoteOutput("token", (channel, line) -> lines.add(channel + " " + line));

  private void take(Channel channel, String... written) {
    for (String line : written) {
      output.line(channel, line);
    }
  }

  @Test
  void whatTheCommandWritesIsPassedOn() {
    take(Channel.STDOUT, "", "token started", "one");
    take(Channel.STDERR, "", "token started", "two");

    assertThat(lines).containsExactly("STDOUT one", "STDERR two");
    assertThat(output.started()).isDone();
    assertThat(output.ended()).isNotDone();
  }

  @Test
  void whatWasWrittenBeforeIsKeptApart() {
    take(Channel.STDOUT, "Welcome", "", "token started", "one");
    take(Channel.STDERR, "no route to host");

    assertThat(lines).containsExactly("STDOUT one");
    assertThat(output.others()).containsExactly("Welcome", "", "no route to host");
  }

  @Test
  void itEndsWhenBothChannelsHaveEnded() {
    take(Channel.STDOUT, "token started", "one", "token ended 3 143", "from the background");
    take(Channel.STDERR, "token started");
    assertThat(output.ended()).isNotDone();

    take(Channel.STDERR, "two", "token ended 3 143");

    assertThat(lines).containsExactly("STDOUT one", "STDERR two");
    assertThat(output.ended()).isCompletedWithValue("ended 3 143");
  }

  @Test
  void theEmptyLineBeforeTheEndIsTheShellsAndTheOthersAreTheCommands() {
    take(Channel.STDOUT, "token started", "", "", "one", "", "", "token ended 0 143");
    take(Channel.STDERR, "token started", "prompt", "token ended 0 143");

    assertThat(lines)
        .containsExactly("STDOUT ", "STDOUT ", "STDOUT one", "STDOUT ", "STDERR prompt");
  }

  @Test
  void aSinkThatThrowsGetsNothingMoreAndTheEndIsStillSeen() {
    IllegalStateException failure = new IllegalStateException("disk full");
    List<String> seen = new ArrayList<>();
    RemoteOutput broken =
        new RemoteOutput(
            "token",
            (channel, line) -> {
              seen.add(line);
              throw failure;
            });
    for (Channel channel : Channel.values()) {
      for (String line : List.of("token started", "one", "two", "token ended 0 143")) {
        broken.line(channel, line);
      }
    }

    assertThat(seen).containsExactly("one");
    assertThat(broken.sinkFailure()).contains(failure);
    assertThat(broken.ended()).isDone();
  }
}
