package dev.ffs.source;

import dev.ffs.source.Attempt.Reason;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Thrown once, with every source that could not be had.
 *
 * <p>The message is made for people: every attempt, and what to do next. It has several lines.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SourceUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<UnavailableSource> sources;

  SourceUnavailableException(List<UnavailableSource> sources) {
    super(describe(sources));
    this.sources = List.copyOf(sources);
  }

  /**
   * Returns the sources that could not be had.
   *
   * @return at least one, in the order they were asked for
   */
  public List<UnavailableSource> sources() {
    return sources;
  }

  private static String describe(List<UnavailableSource> sources) {
    StringBuilder out = new StringBuilder();
    out.append(
        sources.size() == 1
            ? "1 source is unavailable:"
            : sources.size() + " sources are unavailable:");
    for (UnavailableSource unavailable : sources) {
      out.append("\n\n").append(unavailable.source().id());
      out.append(' ').append(unavailable.source().version());
      out.append(" (").append(unavailable.source().origin()).append(')');
      describe(unavailable.attempts(), out);
      out.append("\n  To go on, get ");
      out.append(unavailable.places().size() == 1 ? "the file" : "one of the files");
      out.append(" by other means and put it into the store (it is checked there):");
      for (Path place : unavailable.places()) {
        out.append("\n    install -D ").append(quote(String.valueOf(place.getFileName())));
        out.append(' ').append(quote(place.toString()));
      }
    }
    if (any(sources, Reason.OFFLINE)) {
      out.append("\n\nThe network was not used, because this run is offline. What is fetched once")
          .append(" without that stays in the store.");
    }
    if (any(sources, Reason.UNREACHABLE)) {
      out.append("\n\nNot every host could be reached. Behind a proxy, set https_proxy and")
          .append(" http_proxy, or Java's own -Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT and")
          .append(" the same with http.");
    }
    if (any(sources, Reason.WRONG_CONTENT)) {
      out.append("\n\nA wrong sha256 from every place means that the release was replaced or that")
          .append(" the recipe is wrong: compare with what upstream announced before you change")
          .append(" the recipe.");
    }
    return out.toString();
  }

  /** Writes one line per outcome; the URL stands above those that belong to it. */
  private static void describe(List<Attempt> attempts, StringBuilder out) {
    String url = "";
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      if (!attempt.url().equals(url)) {
        url = attempt.url();
        out.append("\n  ").append(url);
      }
      int times = 1;
      while (i + 1 < attempts.size() && attempts.get(i + 1).equals(attempt)) {
        times++;
        i++;
      }
      out.append("\n    ").append(attempt.outcome());
      if (times > 1) {
        out.append(" (").append(times).append(" times)");
      }
    }
  }

  private static boolean any(List<UnavailableSource> sources, Reason reason) {
    return sources.stream()
        .flatMap(s -> s.attempts().stream())
        .anyMatch(attempt -> attempt.reason() == reason);
  }

  private static String quote(String word) {
    return word.matches("[A-Za-z0-9_./+:=@%~-]+") && !word.startsWith("~")
        ? word
        : "'" + word.replace("'", "'\\''") + "'";
  }
}
