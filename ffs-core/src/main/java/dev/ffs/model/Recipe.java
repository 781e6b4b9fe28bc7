package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A whole recipe: everything that can be known without a target and a machine.
 *
 * @param id its name
 * @param title one line about it
 * @param phases in the order they run
 * @param toolchains the toolchains that the phases name
 * @param output what the output holds
 * @param mirrors mirror groups, without the built-in one
 * @param sources every source once
 * @param targets the kinds of machine that it can be built for
 * @param origin where the id stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Recipe(
    String id,
    Text title,
    List<Phase> phases,
    List<Toolchain> toolchains,
    Output output,
    List<MirrorGroup> mirrors,
    List<Source> sources,
    List<Target> targets,
    Origin origin) {

  /** Copies the lists and checks that all is there. */
  public Recipe {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(origin, "origin");
    phases = List.copyOf(phases);
    toolchains = List.copyOf(toolchains);
    mirrors = List.copyOf(mirrors);
    sources = List.copyOf(sources);
    targets = List.copyOf(targets);
  }

  /**
   * Finds a source.
   *
   * @param id its name
   * @return the source, or empty
   */
  public Optional<Source> source(String id) {
    return sources.stream().filter(s -> s.id().equals(id)).findFirst();
  }

  /**
   * Finds a target.
   *
   * @param id its name
   * @return the target, or empty
   */
  public Optional<Target> target(String id) {
    return targets.stream().filter(t -> t.id().equals(id)).findFirst();
  }

  /**
   * Finds a toolchain.
   *
   * @param id its name
   * @return the toolchain, or empty
   */
  public Optional<Toolchain> toolchain(String id) {
    return toolchains.stream().filter(t -> t.id().equals(id)).findFirst();
  }
}
