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

  /** Checks that all is there, and that the archive is one of the source's. */
  public FetchedSource {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(archive, "archive");
    Objects.requireNonNull(file, "file");
    if (!source.archives().contains(archive)) {
      throw new IllegalArgumentException(
          archive.fileName() + " is no archive of source '" + source.id() + "'");
    }
  }

  /**
   * Returns all {@linkplain Source#places places} of the bytes that were taken, in order.
   *
   * @return at least one
   */
  public List<Archive> places() {
    return source.places(archive.digest());
  }
}
