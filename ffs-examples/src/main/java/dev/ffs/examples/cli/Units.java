package dev.ffs.examples.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people read them. */
final class Units {

  private static final String[] SIZES = {"kB", "MB", "GB", "TB"};

  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?([kKMGT]?B?)");

  private Units() {}

  /** Returns such as {@code 4.1 s}, {@code 3 min 12 s} or {@code 1 h 02 min}. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%d.%d s", seconds, duration.toMillisPart() / 100);
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }
    return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
  }

  /** Returns such as {@code 512 B} or {@code 3.1 MB}; a kB has 1000 bytes. */
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 999.95) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, SIZES[unit]);
  }

  /**
   * Reads what {@link #bytes} writes, or with K, M, G, T, without a blank or a fraction.
   *
   * @throws UsageException if it is anything else
   */
  static long parseBytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("a size is a number with B, kB, MB, GB or TB, not '" + text + "'");
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT).replace("B", "");
    double factor = Math.pow(1000, unit.isEmpty() ? 0 : "KMGT".indexOf(unit) + 1);
    return (long) (Double.parseDouble(matcher.group(1)) * factor);
  }
}
