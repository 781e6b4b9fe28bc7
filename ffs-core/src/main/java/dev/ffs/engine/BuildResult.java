package dev.ffs.engine;

import dev.ffs.audit.Finding;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * How a build ended.
 *
 * @param outcome how it ended as a whole; {@link Outcome#REUSED} if no step had to run
 * @param steps how each step ended, in the order of the plan, as far as it was reached
 * @param outputs the files of the output, whether written now or there already: first those of the
 *     formats that the recipe names, in its order, then those that describe them
 * @param failures the steps that failed, in the order in which they did; several only if the build
 *     was to keep going
 * @param findings what the audit has against the output, which was not written for it
 * @param duration how long it took
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record BuildResult(
    Outcome outcome,
    List<StepResult> steps,
    List<OutputFile> outputs,
    List<StepFailure> failures,
    List<Finding> findings,
    Duration duration) {

  /**
   * Makes the result of a build in which no audit found anything.
   *
   * @param outcome how it ended as a whole
   * @param steps how each step ended
   * @param outputs the files of the output
   * @param failures the steps that failed
   * @param duration how long it took
   */
  public BuildResult(
      Outcome outcome,
      List<StepResult> steps,
      List<OutputFile> outputs,
      List<StepFailure> failures,
      Duration duration) {
    this(outcome, steps, outputs, failures, List.of(), duration);
  }

  /** Copies the lists. */
  public BuildResult {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(duration, "duration");
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
    failures = List.copyOf(failures);
    findings = List.copyOf(findings);
  }

  /**
   * Returns what failed first.
   *
   * @return the failure, or empty if nothing failed
   */
  public Optional<StepFailure> failure() {
    return failures.stream().findFirst();
  }

  /**
   * Says whether the output is there.
   *
   * @return true if so
   */
  public boolean succeeded() {
    return outcome == Outcome.DONE || outcome == Outcome.REUSED;
  }

  /**
   * How a step ended.
   *
   * @param step its name
   * @param outcome how it ended
   * @param duration how long it took; zero if it was reused
   */
  public record StepResult(StepId step, Outcome outcome, Duration duration) {}

  /**
   * A file of the output.
   *
   * @param file where it is
   * @param bytes its size
   * @param sha256 its digest
   */
  public record OutputFile(Path file, long bytes, String sha256) {}

  /**
   * A step that failed.
   *
   * @param step its name
   * @param reason what happened, such as {@code exit code 2}
   * @param lastLines of its log the lines that are likely to tell why, at most 30: the end, or
   *     where make gave up if that was long before it; and what else there is to say
   * @param log the whole log
   */
  public record StepFailure(StepId step, String reason, List<String> lastLines, Path log) {

    /** Copies the list. */
    public StepFailure {
      lastLines = List.copyOf(lastLines);
    }
  }
}
