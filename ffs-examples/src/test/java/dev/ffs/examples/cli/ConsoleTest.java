package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.BuildFinished;
import dev.ffs.event.BuildEvent.BuildStarted;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildEvent.OutputWritten;
import dev.ffs.event.BuildEvent.PhaseFinished;
import dev.ffs.event.BuildEvent.SourceAttemptFailed;
import dev.ffs.event.BuildEvent.SourceProgress;
import dev.ffs.event.BuildEvent.SourceReady;
import dev.ffs.event.BuildEvent.StepFinished;
import dev.ffs.event.BuildEvent.StepOutput;
import dev.ffs.event.BuildEvent.StepStarted;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsoleTest {

  private static final Path LOG = Path.of("step.log");
  private static final List<String> STEPS = List.of("cross_tools/tcc", "tools/make", "tools/sh");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long now;

  private void after(double seconds) {
    now += Math.round(seconds * 1e9);
  }

  private String sent() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private Console plain() {
    return new Console(new PlainDisplay(out), () -> now);
  }

  private Console live(boolean colour) {
    return new Console(new LiveDisplay(out, colour), () -> now);
  }

  private static void tell(Console console, BuildEvent... events) {
    List.of(events).forEach(console::onEvent);
  }

  @Test
  void theAuditAndWaitingForTheOutputAreLines() {
    tell(
        plain(),
        new BuildEvent.OutputWaiting(Path.of("out")),
        new BuildEvent.OutputAudited(409, List.of()),
        new BuildEvent.OutputAudited(409, List.of("told at the end")));

    assertThat(sent())
        .isEqualTo(
            """
            output: waiting for another build that writes the same files to out
            audit: nothing found in 409 files
            """);
  }

  @Test
  void withoutATerminalEachFinishedStepIsALine() {
    Console console = plain();

    tell(
        console,
        new BuildStarted("tiny", "x86-64bit", STEPS),
        new SourceProgress("tcc", "tcc.tar.bz2", 10, 20),
        new SourceAttemptFailed("tcc", "https://a.example/tcc.tar.bz2", "status 404"),
        new SourceReady("tcc", "tcc.tar.bz2", true),
        new SourceReady("make", "make.tar.gz", false),
        new StepStarted("cross_tools/tcc", LOG),
        new StepOutput("cross_tools/tcc", "cc -c tcc.c"),
        new StepFinished("cross_tools/tcc", Outcome.DONE, Duration.ofMillis(4120)),
        new PhaseFinished("cross_tools"),
        new StepFinished("tools/make", Outcome.REUSED, Duration.ZERO),
        new StepStarted("tools/sh", LOG),
        new StepFinished("tools/sh", Outcome.FAILED, Duration.ofSeconds(61)),
        new BuildFinished(Outcome.FAILED, Duration.ofSeconds(70)));
    console.close();

    assertThat(sent())
        .isEqualTo(
            """
            tiny for x86-64bit: 3 steps
            tcc: not from https://a.example/tcc.tar.bz2: status 404
            tcc: fetched tcc.tar.bz2
            [1/3] cross_tools/tcc  4.1 s
            [2/3] tools/make       reused
            [3/3] tools/sh         FAILED after 1 min 01 s
            """);
  }

  @Test
  void aStepThatWasStoppedIsALineToo() {
    Console console = plain();

    tell(
        console,
        new BuildStarted("tiny", "x86-64bit", STEPS),
        new StepStarted("cross_tools/tcc", LOG),
        new StepFinished("cross_tools/tcc", Outcome.CANCELLED, Duration.ofSeconds(2)));

    assertThat(sent()).endsWith("[1/3] cross_tools/tcc  stopped\n");
  }

  @Test
  void countersAreAsWideAsTheLastOne() {
    Console console = plain();
    List<String> ten = IntStream.rangeClosed(1, 10).mapToObj(i -> "tools/s" + i).toList();

    tell(console, new BuildStarted("tiny", "x86-64bit", ten));
    ten.forEach(step -> tell(console, new StepFinished(step, Outcome.REUSED, Duration.ZERO)));

    assertThat(sent())
        .contains("[ 9/10] tools/s9   reused\n")
        .contains("[10/10] tools/s10  reused\n");
  }

  @Test
  void onATerminalRunningStepsAndDownloadsStandBelowWhatIsOver() {
    Console console = live(false);

    tell(console, new BuildStarted("tiny", "x86-64bit", STEPS));
    after(1);
    tell(
        console,
        new StepStarted("cross_tools/tcc", LOG),
        new SourceProgress("make", "make.tar.gz", 1_200_000, 2_400_000),
        new SourceProgress("sh", "sh.tar.gz", 500, -1));
    after(2.5);
    console.tick();

    assertThat(Screen.after(sent()))
        .containsExactly(
            "tiny for x86-64bit: 3 steps",
            "[0/3] tiny for x86-64bit  3.5 s",
            "  make.tar.gz  1.2 MB of 2.4 MB (50%)",
            "  sh.tar.gz  500 B",
            "  cross_tools/tcc  2.5 s");

    tell(
        console,
        new SourceReady("make", "make.tar.gz", true),
        new SourceReady("sh", "sh.tar.gz", true),
        new StepFinished("cross_tools/tcc", Outcome.DONE, Duration.ofSeconds(3)),
        new StepStarted("tools/make", LOG));

    assertThat(Screen.after(sent()))
        .containsExactly(
            "tiny for x86-64bit: 3 steps",
            "make: fetched make.tar.gz",
            "sh: fetched sh.tar.gz",
            "[1/3] cross_tools/tcc  3.0 s",
            "[1/3] tiny for x86-64bit  3.5 s",
            "  tools/make  0.0 s");
  }

  @Test
  void onATerminalNothingButFinishedStepsRemainsAtTheEnd() {
    Console console = live(false);

    tell(
        console,
        new BuildStarted("tiny", "x86-64bit", STEPS),
        new StepStarted("cross_tools/tcc", LOG),
        new StepFinished("cross_tools/tcc", Outcome.FAILED, Duration.ofSeconds(1)),
        new StepStarted("tools/make", LOG),
        new OutputWritten(Path.of("x"), 1, "0"));
    console.close();
    console.tick();

    assertThat(Screen.after(sent()))
        .containsExactly(
            "tiny for x86-64bit: 3 steps", "[1/3] cross_tools/tcc  FAILED after 1.0 s");
  }

  @Test
  void ofManyRunningStepsTheRestIsCounted() {
    Console console = live(false);
    List<String> ten = IntStream.rangeClosed(1, 10).mapToObj(i -> "tools/s" + i).toList();

    tell(console, new BuildStarted("tiny", "x86-64bit", ten));
    ten.forEach(step -> tell(console, new StepStarted(step, LOG)));

    assertThat(Screen.after(sent())).hasSize(11).endsWith("  tools/s8  0.0 s", "  and 2 more");
  }

  @Test
  void anUnchangedStatusIsNotSentAgain() {
    Console console = live(false);
    tell(console, new BuildStarted("tiny", "x86-64bit", STEPS));
    String before = sent();

    console.tick();

    assertThat(sent()).isEqualTo(before);
  }

  @Test
  void statusLinesAreCutOffByTheTerminalInsteadOfBeingWrapped() {
    Console console = live(false);

    tell(console, new BuildStarted("tiny", "x86-64bit", STEPS));

    assertThat(sent())
        .isEqualTo(
            "tiny for x86-64bit: 3 steps\n\033[?7l[0/3] tiny for x86-64bit  0.0 s\n\033[?7h");
  }

  @Test
  void coloursMarkWhatFailedAndWhatWasReused() {
    Console console = live(true);

    tell(
        console,
        new BuildStarted("tiny", "x86-64bit", STEPS),
        new StepFinished("cross_tools/tcc", Outcome.REUSED, Duration.ZERO),
        new StepFinished("tools/make", Outcome.FAILED, Duration.ZERO));

    assertThat(sent())
        .contains("\033[2m[1/3] cross_tools/tcc  reused\033[0m\n")
        .contains("\033[31m[2/3] tools/make       FAILED after 0.0 s\033[0m\n");
  }

  @Test
  void withoutColoursThereAreNone() {
    Console console = live(false);

    tell(
        console,
        new BuildStarted("tiny", "x86-64bit", STEPS),
        new StepFinished("tools/make", Outcome.FAILED, Duration.ZERO));

    assertThat(sent()).doesNotContainPattern("\033\\[\\d+m");
  }

  @Test
  void aFetchWithoutABuildShowsItsDownloads() {
    Console console = live(false);

    tell(console, new SourceProgress("make", "make.tar.gz", 600_000, 2_400_000));

    assertThat(Screen.after(sent()))
        .containsExactly("sources  0.0 s", "  make.tar.gz  600.0 kB of 2.4 MB (25%)");
  }
}
