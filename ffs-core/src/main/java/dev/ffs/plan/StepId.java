package dev.ffs.plan;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The name of a step within a recipe.
 *
 * @param phase id of its phase
 * @param step id of the step in the phase
 */
@API(status = API.Status.STABLE, since = "0.1")
public record StepId(String phase, String step) implements Comparable<StepId> {

  /** Checks that both are there. */
  public StepId {
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(step, "step");
  }

  /**
   * Reads what {@link #toString} prints.
   *
   * @param text {@code phase/step}
   * @return the id
   * @throws IllegalArgumentException if there is no single slash in it
   */
  public static StepId parse(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0) {
      throw new IllegalArgumentException("'" + text + "' is not of the form PHASE/STEP");
    }
    return new StepId(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(StepId other) {
    int byPhase = phase.compareTo(other.phase);
    return byPhase != 0 ? byPhase : step.compareTo(other.step);
  }

  /** Returns {@code phase/step}. */
  @Override
  public String toString() {
    return phase + "/" + step;
  }
}
