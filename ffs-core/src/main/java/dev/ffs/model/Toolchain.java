package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Which compiler a phase uses.
 *
 * @param id its name
 * @param kind where the compiler comes from
 * @param path absolute directories that come before the standard ones in {@code PATH}
 * @param environment exported to each step that uses it
 * @param origin where the id stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Toolchain(
    String id, Kind kind, List<Text> path, List<Variable> environment, Origin origin) {

  /** Where a compiler comes from. */
  public enum Kind {
    /** The build machine's own; its identity counts for the keys of the steps that use it. */
    HOST,
    /** Built by the host's, runs on the build machine, makes code for the target. */
    CROSS,
    /** Runs on the target and makes code for it. */
    NATIVE
  }

  /** Copies the lists and checks that all is there. */
  public Toolchain {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(origin, "origin");
    path = List.copyOf(path);
    environment = List.copyOf(environment);
  }
}
