package dev.ffs.exec.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
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
    take(Channel.STDOUT, "token started", "one");
    take(Channel.STDERR, "token started", "two");

    assertThat(lines).containsExactly("STDOUT one", "STDERR two");
    assertThat(output.started()).isDone();
    assertThat(output.ended()).isNotDone();
  }

  @Test
  void whatWasWrittenBeforeIsKeptApart() {
    take(Channel.STDOUT, "Welcome", "", "token started", "one");
    take(Channel.STDERR, "no route to host");

    assertThat(lines).containsExactly("STDOUT one");
    assertThat(output.lastWords()).containsExactly("Welcome", "no route to host");
  }

  @Test
  void theLastLinesOfStandardErrorAreKeptForAClientThatSaysWhyItEnds() {
    take(Channel.STDERR, "token started", "one", "two", "three", "four", "five", "", "reset");
    take(Channel.STDOUT, "token started", "of the command");

    assertThat(output.lastWords()).containsExactly("two", "three", "four", "five", "reset");
  }

  @Test
  void whatOnlyLooksLikeAnAnswerIsTheCommands() {
    take(
        Channel.STDOUT, "token started", "token", "token /tmp", "token ended", "token ended 0 0 0");

    assertThat(lines)
        .containsExactly(
            "STDOUT token", "STDOUT token /tmp", "STDOUT token ended", "STDOUT token ended 0 0 0");
  }

  @Test
  void itEndsWhenBothChannelsHaveEnded() {
    take(Channel.STDOUT, "token started", "one", "token ended 3 143", "from the background");
    take(Channel.STDERR, "token started");
    assertThat(output.ended()).isNotDone();

    take(Channel.STDERR, "two", "token ended 3 143");

    assertThat(lines).containsExactly("STDOUT one", "STDERR two");
    assertThat(output.ended()).isCompletedWithValue(List.of("ended", "3", "143"));
  }

  @Test
  void anUnfinishedLineHasItsEndRightBehindIt() {
    take(Channel.STDOUT, "Welcometoken started", "one", "", "prompttoken ended 0 143");
    take(Channel.STDERR, "token started", "token ended 0 143");

    assertThat(lines).containsExactly("STDOUT one", "STDOUT ", "STDOUT prompt");
    assertThat(output.lastWords()).containsExactly("Welcome");
    assertThat(output.ended()).isDone();
  }

  @Test
  void anEmptyLineComesAtOnce() {
    take(Channel.STDOUT, "token started", "");

    assertThat(lines).containsExactly("STDOUT ");
  }

  @Test
  void anEndThatIsCutInTwoIsPutTogether() {
    String most = "x".repeat(OutputSink.MAX_LINE_BYTES - 8);

    take(Channel.STDOUT, "token started", "x".repeat(OutputSink.MAX_LINE_BYTES));
    assertThat(lines).as("the end may be cut there").isEmpty();
    take(Channel.STDOUT, most + "token en", "ded 0 143");
    take(Channel.STDERR, "token started", most + "12345678", "token ended 0 143");

    assertThat(lines)
        .containsExactly(
            "STDOUT " + "x".repeat(OutputSink.MAX_LINE_BYTES),
            "STDOUT " + most,
            "STDERR " + most + "12345678");
    assertThat(output.ended()).isDone();
  }

  @Test
  void aLineOfTheGreatestLengthComesAtTheEndOfAClientThatIsLost() {
    take(Channel.STDOUT, "token started", "x".repeat(OutputSink.MAX_LINE_BYTES));

    output.clientEnded();

    assertThat(lines).hasSize(1);
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
