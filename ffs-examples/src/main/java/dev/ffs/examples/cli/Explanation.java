package dev.ffs.examples.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.Forecast.Change;
import dev.ffs.engine.Forecast.Verdict;
import dev.ffs.plan.StepId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in words what a build would do with a step, and why. */
final class Explanation {

  /** More lines of a difference than this are only counted. */
  private static final int MOST_LINES = 40;

  private static final int DIGEST_SHOWN = 12;

  private Explanation() {}

  /**
   * Returns the lines for one step.
   *
   * @param forecasts of all steps of the plan
   * @param step one of them
   */
  static List<String> lines(List<Forecast> forecasts, StepId step) {
    Forecast forecast =
        forecasts.stream().filter(f -> f.step().equals(step)).findFirst().orElseThrow();
    List<String> lines = new ArrayList<>();
    switch (forecast.verdict()) {
      case REUSED -> {
        lines.add(step + " is reused: nothing that it depends on has changed since it was built.");
        lines.add("  layer " + forecast.layer());
      }
      case MAY_RUN -> {
        lines.add(
            step + " may run: only if one of these makes something else than it made before.");
        lines.addAll(awaited(forecasts, forecast));
      }
      case RUNS -> lines.addAll(runs(forecasts, forecast));
    }
    if (forecast.failedLog() != null) {
      lines.add("It failed when it last ran: " + forecast.failedLog());
    }
    return lines;
  }

  private static List<String> runs(List<Forecast> forecasts, Forecast forecast) {
    StepId step = forecast.step();
    List<String> lines = new ArrayList<>();
    if (!forecast.builtBefore()) {
      lines.add(step + " runs: it has not been built in this store.");
    } else if (forecast.changes().isEmpty()) {
      lines.add(step + " runs: its result is not in the store any more, or is damaged.");
    } else {
      lines.add(step + " runs: it was built before, but not as it is now.");
      forecast.changes().forEach(change -> lines.addAll(lines(change)));
    }
    if (forecast.builtBefore() && !forecast.awaits().isEmpty()) {
      lines.add("  These may change as well:");
      lines.addAll(awaited(forecasts, forecast));
    }
    return lines;
  }

  private static List<String> awaited(List<Forecast> forecasts, Forecast forecast) {
    return forecast.awaits().stream()
        .map(
            input -> {
              String step = input.replaceFirst("^layer ", "");
              return forecasts.stream()
                  .filter(other -> other.step().toString().equals(step))
                  .map(other -> "  " + input + ", which " + verb(other.verdict()))
                  .findFirst()
                  .orElse("  " + input + ", which is not fetched yet");
            })
        .toList();
  }

  private static String verb(Verdict verdict) {
    return verdict == Verdict.REUSED ? "is reused" : word(verdict);
  }

  /** Returns the word of a table. */
  static String word(Verdict verdict) {
    return switch (verdict) {
      case REUSED -> "reused";
      case RUNS -> "runs";
      case MAY_RUN -> "may run";
    };
  }

  private static List<String> lines(Change change) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  " + change.input() + ": " + shown(change.before()) + " -> " + shown(change.after()));
    if (change.textBefore() == null || change.textAfter() == null) {
      return lines;
    }
    List<String> before = change.textBefore().lines().toList();
    List<String> after = change.textAfter().lines().toList();
    List<String> difference =
        UnifiedDiffUtils.generateUnifiedDiff(
            "before", "now", before, DiffUtils.diff(before, after), 1);
    // The first two lines name the files, of which there are none.
    for (String line : difference.stream().skip(2).limit(MOST_LINES).toList()) {
      lines.add("    " + line);
    }
    if (difference.size() - 2 > MOST_LINES) {
      lines.add("    and " + (difference.size() - 2 - MOST_LINES) + " lines more");
    }
    return lines;
  }

  private static String shown(@Nullable String value) {
    return value == null
        ? "none"
        : value.matches("[0-9a-f]{64}") ? value.substring(0, DIGEST_SHOWN) : value;
  }

  /** Returns such as {@code 2 steps run, 1 may run, 9 are reused}. */
  static String summary(List<Forecast> forecasts) {
    var counts =
        forecasts.stream().collect(Collectors.groupingBy(Forecast::verdict, Collectors.counting()));
    return String.format(
        Locale.ROOT,
        "Of %s, %d would run, %d may run and %d would be reused.",
        Console.count(forecasts.size(), "step"),
        counts.getOrDefault(Verdict.RUNS, 0L),
        counts.getOrDefault(Verdict.MAY_RUN, 0L),
        counts.getOrDefault(Verdict.REUSED, 0L));
  }
}
