package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What the output holds.
 *
 * @param phases ids of the phases whose steps' files are shipped
 * @param exclude absolute paths left out, with all below them
 * @param directories directories made if no step made them
 * @param owners what differs from owner 0:0 and the mode as built
 * @param origin where the section stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Output(
    List<Text> phases,
    List<Text> exclude,
    List<DirectoryEntry> directories,
    List<OwnerEntry> owners,
    Origin origin) {

  /**
   * A directory of the output.
   *
   * @param path absolute
   * @param mode up to four octal digits
   */
  public record DirectoryEntry(Text path, Text mode) {

    /** Checks that both are there. */
    public DirectoryEntry {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(mode, "mode");
    }
  }

  /**
   * The owner and mode of one path of the output. A build in a user namespace can give neither
   * owners nor all modes, so the recipe declares them.
   *
   * @param path absolute
   * @param user numeric user id, or null for 0
   * @param group numeric group id, or null for 0
   * @param mode up to four octal digits, or null for the mode as built
   */
  public record OwnerEntry(
      Text path, @Nullable Text user, @Nullable Text group, @Nullable Text mode) {

    /** Checks that the path is there. */
    public OwnerEntry {
      Objects.requireNonNull(path, "path");
    }
  }

  /** Copies the lists and checks that all is there. */
  public Output {
    Objects.requireNonNull(origin, "origin");
    phases = List.copyOf(phases);
    exclude = List.copyOf(exclude);
    directories = List.copyOf(directories);
    owners = List.copyOf(owners);
  }
}
