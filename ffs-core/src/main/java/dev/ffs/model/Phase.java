package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A part of a recipe whose steps run in one place with one toolchain.
 *
 * @param id the phase's name, such as {@code tools}
 * @param where where its steps run
 * @param toolchain id of the toolchain they use
 * @param sees ids of the phases above it whose files its steps see, or null for all that are above
 * @param shell absolute path of the shell that runs the scripts of its steps
 * @param environment exported to each step, over that of the toolchain
 * @param defaults what its steps tell the build systems; the first one is that of a step without a
 *     body
 * @param steps in the order of the recipe
 * @param origin where the phase's name stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Phase(
    String id,
    Place where,
    Text toolchain,
    @Nullable List<Text> sees,
    Text shell,
    List<Variable> environment,
    List<BuildDefaults> defaults,
    List<PackageStep> steps,
    Origin origin) {

  /** The shell of a phase that names none. */
  public static final String DEFAULT_SHELL = "/bin/bash";

  /** Copies the lists and checks that all is there. */
  public Phase {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(where, "where");
    Objects.requireNonNull(toolchain, "toolchain");
    Objects.requireNonNull(shell, "shell");
    Objects.requireNonNull(origin, "origin");
    sees = sees == null ? null : List.copyOf(sees);
    environment = List.copyOf(environment);
    defaults = List.copyOf(defaults);
    steps = List.copyOf(steps);
  }
}
