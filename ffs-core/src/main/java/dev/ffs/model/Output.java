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
 * @param formats what it is packed as: ids of {@link OutputFormat}
 * @param exclude absolute paths left out, with all below them
 * @param directories directories made if no step made them
 * @param owners what differs from owner 0:0 and the mode as built
 * @param audit what every build's output is judged by before it is written, or null if it is not
 * @param origin where the section stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Output(
    List<Text> phases,
    List<Text> formats,
    List<Text> exclude,
    List<DirectoryEntry> directories,
    List<OwnerEntry> owners,
    @Nullable Audit audit,
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

  /**
   * What the output must be for its recipe to have made it.
   *
   * @param compilers what the files that a compiler made may say of it in {@code .comment}; {@link
   *     #NO_COMMENT} for a compiler that says nothing
   * @param forbid absolute paths that exist while the output is built and not in it: no file may
   *     name them or what is below them
   * @param except absolute paths that are not judged, with all below them
   * @param origin where the section stands
   */
  public record Audit(List<Text> compilers, List<Text> forbid, List<Text> except, Origin origin) {

    /** Stands among the compilers for one that leaves no {@code .comment}. */
    public static final String NO_COMMENT = "none";

    /** Copies the lists and checks that all is there. */
    public Audit {
      Objects.requireNonNull(origin, "origin");
      compilers = List.copyOf(compilers);
      forbid = List.copyOf(forbid);
      except = List.copyOf(except);
    }
  }

  /**
   * Makes an output of the default format that is not audited.
   *
   * @param phases ids of the phases whose steps' files are shipped
   * @param exclude absolute paths left out, with all below them
   * @param directories directories made if no step made them
   * @param owners what differs from owner 0:0 and the mode as built
   * @param origin where the section stands
   */
  public Output(
      List<Text> phases,
      List<Text> exclude,
      List<DirectoryEntry> directories,
      List<OwnerEntry> owners,
      Origin origin) {
    this(
        phases,
        List.of(new Text(OutputFormat.DEFAULT.id(), origin)),
        exclude,
        directories,
        owners,
        null,
        origin);
  }

  /** Copies the lists and checks that all is there. */
  public Output {
    Objects.requireNonNull(origin, "origin");
    phases = List.copyOf(phases);
    formats = List.copyOf(formats);
    exclude = List.copyOf(exclude);
    directories = List.copyOf(directories);
    owners = List.copyOf(owners);
  }
}
