package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.lxd.LxdSnapshot;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResumeQuestionTest {

  private static final LxdSnapshot TOOLS = snapshot("tools", null);
  private static final LxdSnapshot CROSS = snapshot("cross_tools", null);
  private static final LxdSnapshot STALE = snapshot("fchroot", "its recipe has changed");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<LxdSnapshot> deleted = new ArrayList<>();

  private static LxdSnapshot snapshot(String phase, String stale) {
    return new LxdSnapshot(
        phase, "box-" + phase, "f00d" + phase, Instant.parse("2026-11-25T10:00:00Z"), stale);
  }

  private Optional<LxdSnapshot> choose(String mode, String answers, LxdSnapshot... snapshots)
      throws IOException {
    Optional<BufferedReader> in =
        Optional.ofNullable(answers).map(text -> new BufferedReader(new StringReader(text)));
    PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new ResumeQuestion(mode, in, to, deleted::add).choose(List.of(snapshots));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void enterGoesOnFromTheLatestPhase() throws IOException {
    assertThat(choose("ask", "\n", TOOLS, CROSS)).contains(TOOLS);
    assertThat(said())
        .isEqualTo(
            """
            Phase tools is finished in snapshot box-tools (of 2026-11-25T10:00:00Z).
            Go on from there? (d deletes it) [Y/n/d]\s""");
  }

  @Test
  void noOffersTheOneBeforeAndThenBeginsAnew() throws IOException {
    assertThat(choose("ask", "n\nY\n", TOOLS, CROSS)).contains(CROSS);
    assertThat(choose("ask", "n\nno\n", TOOLS, CROSS)).isEmpty();
    assertThat(deleted).isEmpty();
  }

  @Test
  void deleteDeletesThatOneAndOffersTheOneBefore() throws IOException {
    assertThat(choose("ask", "d\ny\n", TOOLS, CROSS)).contains(CROSS);
    assertThat(deleted).containsExactly(TOOLS);
  }

  @Test
  void whatIsNoAnswerIsAskedAgain() throws IOException {
    assertThat(choose("ask", "what?\ny\n", TOOLS)).contains(TOOLS);
    assertThat(said()).contains("Please answer y, n or d.\n");
  }

  @Test
  void anEndInPlaceOfAnAnswerIsAnErrorThatNamesTheOptions() {
    assertThatThrownBy(() -> choose("ask", "", TOOLS))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--resume=latest or --resume=none");
  }

  @Test
  void aStaleSnapshotIsNeitherOfferedNorTakenAndTheReasonIsSaid() throws IOException {
    assertThat(choose("ask", "y\n", STALE, TOOLS)).contains(TOOLS);
    assertThat(said())
        .startsWith("Snapshot box-fchroot is not gone on from: its recipe has changed.\n");

    assertThat(choose("latest", null, STALE)).isEmpty();
    assertThatThrownBy(() -> choose("fchroot", null, STALE, TOOLS))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "snapshot box-fchroot cannot be gone on from: its recipe has changed;");
  }

  @Test
  void whereNobodyCanAnswerTheLatestIsTakenAndThatIsSaid() throws IOException {
    assertThat(choose("ask", null, TOOLS, CROSS)).contains(TOOLS);
    assertThat(said())
        .isEqualTo(
            "Going on from snapshot box-tools (nobody is here to be asked; --resume=none begins"
                + " anew).\n");
  }

  @Test
  void anOptionAnswersBeforehand() throws IOException {
    assertThat(choose("latest", null, TOOLS, CROSS)).contains(TOOLS);
    assertThat(choose("none", null, TOOLS, CROSS)).isEmpty();
    assertThat(choose("cross_tools", null, TOOLS, CROSS)).contains(CROSS);
    assertThatThrownBy(() -> choose("tols", null, TOOLS, CROSS))
        .isInstanceOf(UsageException.class)
        .hasMessage("there is no snapshot of a phase 'tols' to go on from; did you mean 'tools'?");
  }
}
