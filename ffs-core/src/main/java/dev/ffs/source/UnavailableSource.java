package dev.ffs.source;

import dev.ffs.model.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A source that could not be had.
 *
 * @param source the source
 * @param attempts everything that was tried, in order
 * @param places where its archives may be put by hand, one path for each digest; any one will do
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record UnavailableSource(Source source, List<Attempt> attempts, List<Path> places) {

  /** Copies the lists. */
  public UnavailableSource {
    Objects.requireNonNull(source, "source");
    attempts = List.copyOf(attempts);
    places = List.copyOf(places);
  }
}
