package dev.ffs.script;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The shell of one step.
 *
 * @param prepare unpacks and patches its sources; run by the host's bash in {@code /build/STEP}
 * @param build the step itself; run by the phase's shell
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StepScripts(String prepare, String build) {

  /** Checks that both are there. */
  public StepScripts {
    Objects.requireNonNull(prepare, "prepare");
    Objects.requireNonNull(build, "build");
  }
}
