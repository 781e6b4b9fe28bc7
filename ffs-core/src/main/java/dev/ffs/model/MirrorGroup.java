package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Places that hold the same files.
 *
 * <p>{@code mirror://NAME/path} means {@code path} below each of the bases in turn. The group
 * {@value #DEBIAN} is built in.
 *
 * @param name the group's name
 * @param bases absolute URLs that end in a slash
 * @param origin where the name stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record MirrorGroup(String name, List<Text> bases, Origin origin) {

  /** The group that stands for the Debian mirrors which the machine itself is set up with. */
  public static final String DEBIAN = "debian";

  /** Copies the list and checks that all is there. */
  public MirrorGroup {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(origin, "origin");
    bases = List.copyOf(bases);
  }
}
