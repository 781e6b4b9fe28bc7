package dev.ffs.script;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The shell of one step.
 *
 * @param prepare unpacks and patches its sources; run by the host's bash in {@code /build/STEP}
 * @param environment the variables that the step itself begins with, which its script sets before
 *     anything else; a shell that reads this sees what the step sees
 * @param build the step itself; run by the phase's shell
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StepScripts(String prepare, String environment, String build) {

  /** Checks that all is there. */
  public StepScripts {
    Objects.requireNonNull(prepare, "prepare");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(build, "build");
  }
}
