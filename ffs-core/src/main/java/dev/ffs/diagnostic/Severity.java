package dev.ffs.diagnostic;

import org.apiguardian.api.API;

/** How bad a {@link Diagnostic} is. */
@API(status = API.Status.STABLE, since = "0.1")
public enum Severity {
  /** The recipe cannot be used. */
  ERROR,
  /** The recipe can be used, but its author should look. */
  WARNING;

  /**
   * Returns the word that stands in a message.
   *
   * @return the name in lower case
   */
  public String word() {
    return this == ERROR ? "error" : "warning";
  }
}
