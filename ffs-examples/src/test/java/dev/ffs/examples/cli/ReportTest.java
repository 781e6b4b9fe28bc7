package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.engine.BuildResult;
import dev.ffs.engine.BuildResult.OutputFile;
import dev.ffs.engine.BuildResult.StepFailure;
import dev.ffs.engine.BuildResult.StepResult;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final OutputFile OUTPUT =
      new OutputFile(Path.of("out/tiny.tar.xz"), 3_140_000, "ab12");

  private static StepResult step(String id, Outcome outcome) {
    return new StepResult(StepId.parse(id), outcome, Duration.ZERO);
  }

  @Test
  void aBuildThatSucceededNamesItsOutput() {
    BuildResult result =
        new BuildResult(
            Outcome.DONE,
            List.of(step("a/b", Outcome.DONE), step("a/c", Outcome.REUSED)),
            List.of(OUTPUT),
            List.of(),
            Duration.ofSeconds(192));

    assertThat(Report.success("tiny for x86-64bit", result))
        .containsExactly(
            "Built tiny for x86-64bit in 3 min 12 s: 2 steps, 1 of them reused",
            "  out/tiny.tar.xz  3.1 MB",
            "  sha256 ab12");
  }

  @Test
  void aBuildInWhichNothingChangedSaysSo() {
    BuildResult result =
        new BuildResult(
            Outcome.REUSED,
            List.of(step("a/b", Outcome.REUSED)),
            List.of(OUTPUT),
            List.of(),
            Duration.ofMillis(420));

    assertThat(Report.success("tiny for x86-64bit", result))
        .startsWith("Nothing changed in tiny for x86-64bit: 1 step reused, 0.4 s");
  }

  @Test
  void aFailureSaysWhatFailedShowsTheLogAndTellsWhatToType() {
    StepFailure failure =
        new StepFailure(
            StepId.parse("tools/make"),
            "exit code 2",
            List.of("cc -c job.c", "\033[1mjob.c:7:\033[0m\terror: no \007bell"),
            Path.of("/store/logs/make.log"));

    assertThat(
            Report.failure(
                failure, "./ffs shell tiny x86-64bit tools/make", "./ffs build tiny x86-64bit"))
        .containsExactly(
            "tools/make failed: exit code 2",
            "  | cc -c job.c",
            "  | job.c:7:\terror: no ?bell",
            "  whole log:    /store/logs/make.log",
            "  look inside:  ./ffs shell tiny x86-64bit tools/make",
            "  go on:        ./ffs build tiny x86-64bit");
  }
}
