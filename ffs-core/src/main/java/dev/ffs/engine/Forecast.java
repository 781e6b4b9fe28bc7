package dev.ffs.engine;

import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What a build would do with a step now, and why.
 *
 * @param step the step
 * @param verdict what would happen
 * @param changes of a step that would run: which of its inputs are not what they were when it was
 *     last built. Empty if it has never been built here, or its result is gone
 * @param builtBefore whether a build of this recipe and target has finished the step in this store
 * @param awaits of a step that may run: the inputs that are not known before other steps have run
 * @param layer of a step that is reused: the digest of what it made; else null
 * @param failedLog the log of the step, if it failed when it last ran; else null
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Forecast(
    StepId step,
    Verdict verdict,
    List<Change> changes,
    boolean builtBefore,
    List<String> awaits,
    @Nullable String layer,
    @Nullable Path failedLog) {

  /** What would happen. */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public enum Verdict {
    /** An earlier result has the same key. */
    REUSED,
    /** It runs. */
    RUNS,
    /** It runs if a step that it sees makes something else than it made before. */
    MAY_RUN
  }

  /**
   * An input that is not what it was.
   *
   * @param input its name, such as {@code script} or {@code layer tools/gmp}
   * @param before its value then, most often a digest; null if there was no such input
   * @param after its value now; null if there is none, or if it is not known yet
   * @param textBefore the text of which {@code before} is the digest, if it is one and is kept
   * @param textAfter the text of which {@code after} is the digest, if it is one
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record Change(
      String input,
      @Nullable String before,
      @Nullable String after,
      @Nullable String textBefore,
      @Nullable String textAfter) {

    /** Checks that the name is there. */
    public Change {
      Objects.requireNonNull(input, "input");
    }
  }

  /** Copies the lists. */
  public Forecast {
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(verdict, "verdict");
    changes = List.copyOf(changes);
    awaits = List.copyOf(awaits);
  }
}
