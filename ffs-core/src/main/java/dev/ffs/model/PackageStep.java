package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One package built one way.
 *
 * @param id the step's name, unique in its phase
 * @param sources ids of the sources it unpacks: first the one it builds, then those unpacked beside
 *     it; empty for a step that has none
 * @param needs which steps of its phase it sees
 * @param environment exported to the step, over that of the phase
 * @param build the build system, or null for the first one of the phase's defaults; always {@link
 *     BuildSystem#SCRIPT} if there is a script
 * @param options added to those of the phase's defaults
 * @param before shell run in the source tree before the build system, or null
 * @param after shell run in the source tree after the build system has installed, or null
 * @param script the whole build as shell, run in the source tree, or null
 * @param jobs the most jobs that the step may run at once, or null for no limit of its own
 * @param overwrites absolute paths made by other steps of the phase that this step may replace
 * @param origin where the id stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record PackageStep(
    String id,
    List<Text> sources,
    Needs needs,
    List<Variable> environment,
    @Nullable BuildSystem build,
    BuildOptions options,
    @Nullable Text before,
    @Nullable Text after,
    @Nullable Text script,
    @Nullable Integer jobs,
    List<Text> overwrites,
    Origin origin) {

  /** Copies the lists and checks that all that must be there is. */
  public PackageStep {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(needs, "needs");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(origin, "origin");
    sources = List.copyOf(sources);
    environment = List.copyOf(environment);
    overwrites = List.copyOf(overwrites);
  }
}
