package dev.ffs.event;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apiguardian.api.API;

/** Something that happened in a build. Steps are named {@code PHASE/STEP}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface BuildEvent {

  /**
   * A build begins.
   *
   * @param recipe id of the recipe
   * @param target id of the target
   * @param steps names of all steps, in the order of the plan
   */
  record BuildStarted(String recipe, String target, List<String> steps) implements BuildEvent {

    /** Copies the list. */
    public BuildStarted {
      steps = List.copyOf(steps);
    }
  }

  /**
   * Steps that have been built are run again, to see whether they make the same.
   *
   * @param recipe id of the recipe
   * @param target id of the target
   * @param steps their names, in order
   */
  record CheckStarted(String recipe, String target, List<String> steps) implements BuildEvent {

    /** Copies the list. */
    public CheckStarted {
      steps = List.copyOf(steps);
    }
  }

  /**
   * An archive is on its way.
   *
   * @param source id of the source
   * @param file name of the file
   * @param bytes received so far
   * @param total to be received, or -1 if the server does not say
   */
  record SourceProgress(String source, String file, long bytes, long total) implements BuildEvent {}

  /**
   * One place did not give an archive; the next one is tried.
   *
   * @param source id of the source
   * @param url the place
   * @param reason why not
   */
  record SourceAttemptFailed(String source, String url, String reason) implements BuildEvent {}

  /**
   * An archive is there and has its digest.
   *
   * @param source id of the source
   * @param file name of the file
   * @param fetched true if it came over the network just now, false if it was in the store
   */
  record SourceReady(String source, String file, boolean fetched) implements BuildEvent {}

  /** Another build is at work in the place where the executor runs commands; this one waits. */
  record BuildWaiting() implements BuildEvent {}

  /**
   * The place where steps run was kept as it is, for later builds to begin with.
   *
   * @param phase id of the phase that it has finished
   * @param name what the executor calls it
   */
  record SnapshotTaken(String phase, String name) implements BuildEvent {}

  /**
   * The place where steps run could not be kept as it is. The build goes on.
   *
   * @param phase id of the phase
   * @param reason why not
   */
  record SnapshotFailed(String phase, String reason) implements BuildEvent {}

  /**
   * A step failed in another place than the one whose shell is to be opened, or what it left there
   * is gone: the shell shows the step as it would begin.
   *
   * @param step its name
   */
  record FailedTreeElsewhere(String step) implements BuildEvent {}

  /**
   * A step waits for somebody else, in this process or another one, who makes the same just now.
   *
   * @param step its name
   */
  record StepWaiting(String step) implements BuildEvent {}

  /**
   * Something in the store is not as it was written. It is made again.
   *
   * @param damage what and why
   */
  record StoreDamaged(String damage) implements BuildEvent {}

  /**
   * A step begins to run.
   *
   * @param step its name
   * @param log where its output goes
   */
  record StepStarted(String step, Path log) implements BuildEvent {}

  /**
   * A running step printed a line.
   *
   * @param step its name
   * @param line the line without its end
   */
  record StepOutput(String step, String line) implements BuildEvent {}

  /**
   * A step is over.
   *
   * @param step its name
   * @param outcome how it ended
   * @param duration how long it took; zero if it was reused
   */
  record StepFinished(String step, Outcome outcome, Duration duration) implements BuildEvent {}

  /**
   * All steps of a phase are done.
   *
   * @param phase id of the phase
   */
  record PhaseFinished(String phase) implements BuildEvent {}

  /**
   * The output waits for another build, which writes the same files just now.
   *
   * @param directory where they go
   */
  record OutputWaiting(Path directory) implements BuildEvent {}

  /**
   * The output was judged, before it is written.
   *
   * @param files how many files were judged
   * @param findings what is wrong, a line for each; if there is any, nothing is written
   */
  record OutputAudited(int files, List<String> findings) implements BuildEvent {

    /** Copies the list. */
    public OutputAudited {
      findings = List.copyOf(findings);
    }
  }

  /**
   * A file of the output is there.
   *
   * @param file the file
   * @param bytes its size
   * @param sha256 its digest
   */
  record OutputWritten(Path file, long bytes, String sha256) implements BuildEvent {}

  /**
   * A build is over.
   *
   * @param outcome how it ended
   * @param duration how long it took
   */
  record BuildFinished(Outcome outcome, Duration duration) implements BuildEvent {}

  /** How a step or a build ended. */
  enum Outcome {
    /** It ran and succeeded. */
    DONE,
    /** Nothing needed to run: an earlier result has the same key. */
    REUSED,
    /** It ran and failed. */
    FAILED,
    /** It was stopped by who asked for it. */
    CANCELLED
  }
}
