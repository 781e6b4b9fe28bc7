package dev.ffs.model;

import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/** What an output can be packed as. The root file system in it is the same in each. */
@API(status = API.Status.STABLE, since = "0.1")
public enum OutputFormat {
  /** A tarball. */
  TAR_XZ("tar.xz", ".tar.xz"),
  /** An image layout of the Open Container Initiative, in one tar file. */
  OCI("oci", ".oci.tar"),
  /** A unified image of LXD. */
  LXD("lxd", ".lxd.tar.xz");

  /** The format of an output that names none. */
  public static final OutputFormat DEFAULT = TAR_XZ;

  private final String id;
  private final String suffix;

  OutputFormat(String id, String suffix) {
    this.id = id;
    this.suffix = suffix;
  }

  /**
   * Returns the word for it in recipes.
   *
   * @return such as {@code oci}
   */
  public String id() {
    return id;
  }

  /**
   * Returns what the names of such files end with.
   *
   * @return such as {@code .oci.tar}
   */
  public String suffix() {
    return suffix;
  }

  /**
   * Finds a format.
   *
   * @param id its word
   * @return the format, or empty
   */
  public static Optional<OutputFormat> of(String id) {
    return Stream.of(values()).filter(format -> format.id.equals(id)).findFirst();
  }
}
