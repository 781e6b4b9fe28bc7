package dev.ffs.audit;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * Something that should not be in a root file system.
 *
 * @param path absolute path in the root; of a member of an archive with its name in parentheses
 * @param problem what is wrong with it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Finding(String path, String problem) {

  /** Checks that both are there. */
  public Finding {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(problem, "problem");
  }

  /** Returns {@code PATH: PROBLEM}. */
  @Override
  public String toString() {
    return path + ": " + problem;
  }
}
