package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What the steps of a phase tell a build system unless they say otherwise.
 *
 * @param system the build system, never {@link BuildSystem#SCRIPT}
 * @param options what it is told
 * @param origin where the name of the build system stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record BuildDefaults(BuildSystem system, BuildOptions options, Origin origin) {

  /** Checks that all is there. */
  public BuildDefaults {
    Objects.requireNonNull(system, "system");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(origin, "origin");
  }
}
