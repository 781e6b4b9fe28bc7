package dev.ffs.script;

import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A whole build as files that need no Java.
 *
 * @param files every file, ordered by path
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Bundle(List<BundleFile> files) {

  /**
   * A file of a bundle.
   *
   * @param path relative to the bundle, with {@code /}
   * @param content its text
   * @param executable whether it is a program
   */
  public record BundleFile(String path, String content, boolean executable) {

    /** Checks that both are there. */
    public BundleFile {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(content, "content");
    }
  }

  /** Copies the list. */
  public Bundle {
    files = List.copyOf(files);
  }
}
