package dev.ffs.diagnostic;

import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API;

/** Finds what somebody may have meant. */
@API(status = API.Status.STABLE, since = "0.1")
public final class DidYouMean {

  private DidYouMean() {}

  /**
   * Returns the candidate nearest to what was written.
   *
   * <p>Near means at most one edit for words of up to four letters and a third of the letters
   * beyond; a swap of neighbours counts as one edit (optimal string alignment). Case, and {@code _}
   * for {@code -}, count for nothing. Of several equally near candidates the first one wins.
   *
   * @param written what was written
   * @param candidates what is allowed
   * @return the nearest, or empty if none is near or one is equal
   */
  public static Optional<String> nearest(String written, Iterable<String> candidates) {
    String from = fold(written);
    int cutoff = Math.max(1, from.length() / 3);
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      if (candidate.equals(written)) {
        return Optional.empty();
      }
      int distance = distance(from, fold(candidate));
      if (distance <= cutoff && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  private static String fold(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + change);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
