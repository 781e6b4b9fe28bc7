package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A string that somebody wrote, and where.
 *
 * @param value the string, exactly as written
 * @param origin where; of a script the first line of the script itself
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Text(String value, Origin origin) {

  /** Checks that both are there. */
  public Text {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(origin, "origin");
  }

  /** Returns the value alone. */
  @Override
  public String toString() {
    return value;
  }
}
