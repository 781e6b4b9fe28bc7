package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A name with a value: of the environment, or of a target.
 *
 * @param name the name as written
 * @param value the value; in an environment, {@code $FFS_NAME} in it is expanded when the step runs
 * @param origin where the name stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Variable(String name, Text value, Origin origin) {

  /** Checks that all is there. */
  public Variable {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(origin, "origin");
  }
}
