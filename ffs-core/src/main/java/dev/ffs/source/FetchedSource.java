package dev.ffs.source;

import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A source that is there to be built from.
 *
 * @param source the source
 * @param archive the one of its archives that was taken
 * @param file the verified file in the store; its name may be that of another archive with the same
 *     digest
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record FetchedSource(Source source, Archive archive, Path file) {

  /** Checks that all is there. */
  public FetchedSource {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(archive, "archive");
    Objects.requireNonNull(file, "file");
  }

  /**
   * Returns all archives of the source that hold the bytes which were taken, in order.
   *
   * <p>The first is the one by whose name and preparation scripts, bundles and descriptions know
   * these bytes: what is built must not depend on the place that happened to send them.
   *
   * @return at least one
   */
  public List<Archive> places() {
    return source.archives().stream()
        .filter(other -> other.digest().equals(archive.digest()))
        .toList();
  }
}
