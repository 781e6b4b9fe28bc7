package dev.ffs.engine;

import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Whether steps make the same when they run again.
 *
 * @param equal the steps that did
 * @param different those that did not, in the order of the plan
 * @param failures steps that failed, when they were built or when they ran again
 * @param varied what was different the second time, in words
 * @param notVaried what could not be made different and why, in words
 * @param cancelled whether it was stopped before all steps were checked
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record CheckResult(
    List<StepId> equal,
    List<StepDifference> different,
    List<BuildResult.StepFailure> failures,
    List<String> varied,
    List<String> notVaried,
    boolean cancelled) {

  /**
   * A step that made something else.
   *
   * @param step the step
   * @param files what differs, by path
   * @param kept the directory with what the step made the second time, like its layer
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record StepDifference(StepId step, List<FileDifference> files, Path kept) {

    /** Copies the list. */
    public StepDifference {
      files = List.copyOf(files);
    }
  }

  /**
   * A file that differs.
   *
   * @param path in the sysroot, with a leading slash
   * @param what what differs, in words
   * @param first the file as it was built, or null if there was none
   * @param again the file of the second run, or null if there is none
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record FileDifference(
      String path, String what, @Nullable Path first, @Nullable Path again) {

    /** Checks that the words are there. */
    public FileDifference {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(what, "what");
    }
  }

  /** Copies the lists. */
  public CheckResult {
    equal = List.copyOf(equal);
    different = List.copyOf(different);
    failures = List.copyOf(failures);
    varied = List.copyOf(varied);
    notVaried = List.copyOf(notVaried);
  }

  /**
   * Returns whether all steps that were to be checked make the same again.
   *
   * @return true if so
   */
  public boolean succeeded() {
    return different.isEmpty() && failures.isEmpty() && !cancelled;
  }
}
