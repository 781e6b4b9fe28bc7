package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.Locale;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One archive file and one place to get it from.
 *
 * @param url an absolute {@code https}, {@code http} or {@code file} URL, or {@code
 *     mirror://GROUP/path}
 * @param sha256 the file's SHA-256, 64 hexadecimal digits in lower case
 * @param prepare shell that makes a repacked archive build like upstream's, or null
 * @param origin where the archive stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Archive(Text url, Text sha256, @Nullable Text prepare, Origin origin) {

  /** Checks that all that must be there is. */
  public Archive {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(origin, "origin");
  }

  /**
   * Returns the name of the file: the last part of the URL's path.
   *
   * @return the name; empty if the URL ends in a slash
   */
  public String fileName() {
    String path = url.value().replaceFirst("[?#].*$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * Returns the digest in lower case.
   *
   * @return the digest
   */
  public String digest() {
    return sha256.value().toLowerCase(Locale.ROOT);
  }
}
