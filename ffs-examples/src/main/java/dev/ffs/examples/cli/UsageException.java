package dev.ffs.examples.cli;

import dev.ffs.diagnostic.DidYouMean;
import java.util.List;

/** Thrown when the words given do not fit together; the message says so. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  /**
   * Makes the exception for a name that is not known.
   *
   * @param message what is not known
   * @param written the name
   * @param known the names that are; if none is near, all are told
   */
  static UsageException unknown(String message, String written, List<String> known) {
    return new UsageException(
        message
            + DidYouMean.nearest(written, known)
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse(known.isEmpty() ? "" : "; known: " + String.join(", ", known)));
  }
}
