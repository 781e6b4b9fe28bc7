package dev.ffs.diagnostic;

import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, and where.
 *
 * <p>Printed as {@code place: severity: message}, then the line itself with a mark under the
 * column, then what would be right.
 *
 * @param severity how bad it is
 * @param origin where it is
 * @param message what is wrong: one sentence without a full stop
 * @param help what would be right, or null
 * @param sourceLine the line of the file that {@code origin} names, or null if there is none
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Diagnostic(
    Severity severity,
    Origin origin,
    String message,
    @Nullable String help,
    @Nullable String sourceLine) {

  private static final int LONGEST_LINE = 160;

  /** Checks that the parts which always exist do. */
  public Diagnostic {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(message, "message");
  }

  /**
   * Returns an error.
   *
   * @param origin where
   * @param message what is wrong
   * @return the error, without help
   */
  public static Diagnostic error(Origin origin, String message) {
    return new Diagnostic(Severity.ERROR, origin, message, null, null);
  }

  /**
   * Returns a warning.
   *
   * @param origin where
   * @param message what to look at
   * @return the warning, without help
   */
  public static Diagnostic warning(Origin origin, String message) {
    return new Diagnostic(Severity.WARNING, origin, message, null, null);
  }

  /**
   * Returns this with a word on what would be right.
   *
   * @param text the help
   * @return a copy
   */
  public Diagnostic withHelp(String text) {
    return new Diagnostic(severity, origin, message, text, sourceLine);
  }

  /**
   * Returns this with a did-you-mean, if one of the candidates is close to what was written.
   *
   * @param written what was written
   * @param candidates what is allowed
   * @return a copy, or this
   */
  public Diagnostic withSuggestion(String written, Iterable<String> candidates) {
    Optional<String> nearest = DidYouMean.nearest(written, candidates);
    return nearest.isPresent() ? withHelp("did you mean '" + nearest.get() + "'?") : this;
  }

  /**
   * Returns this with the line of the file, which is shown below the message.
   *
   * @param line the line without its end
   * @return a copy
   */
  public Diagnostic withSourceLine(String line) {
    return new Diagnostic(severity, origin, message, help, line);
  }

  /** Returns the whole message, of one or more lines, without a line end behind the last. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(origin).append(": ").append(severity.word()).append(": ").append(message);
    if (sourceLine != null && !sourceLine.isBlank() && sourceLine.length() <= LONGEST_LINE) {
      out.append("\n    ").append(sourceLine.replace('\t', ' '));
      if (origin.column() > 0 && origin.column() <= sourceLine.length() + 1) {
        out.append("\n    ").append(" ".repeat(origin.column() - 1)).append('^');
      }
    }
    if (help != null) {
      out.append("\n    ").append(help.replace("\n", "\n    "));
    }
    return out.toString();
  }
}
