package dev.ffs.model;

import java.util.List;
import org.apiguardian.api.API;

/**
 * Which steps of its own phase a step sees; those of other phases it sees as {@link Phase#sees}
 * says.
 */
@API(status = API.Status.STABLE, since = "0.1")
public sealed interface Needs {

  /** Every step above it. */
  record Above() implements Needs {}

  /**
   * These, and what they need.
   *
   * @param steps ids of steps of the same phase; empty means none
   */
  record Only(List<Text> steps) implements Needs {

    /** Copies the list. */
    public Only {
      steps = List.copyOf(steps);
    }
  }
}
