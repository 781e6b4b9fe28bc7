package dev.ffs.examples.cli;

import dev.ffs.audit.Finding;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.BuildResult.OutputFile;
import dev.ffs.engine.BuildResult.StepFailure;
import dev.ffs.event.BuildEvent.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What is said when a build is over. */
final class Report {

  private Report() {}

  /**
   * Returns the lines for a build that left its output.
   *
   * @param title recipe and target
   * @param result how it ended
   */
  static List<String> success(String title, BuildResult result) {
    long reused = result.steps().stream().filter(s -> s.outcome() == Outcome.REUSED).count();
    String steps = Console.count(result.steps().size(), "step");
    String time = Units.duration(result.duration());
    List<String> lines = new ArrayList<>();
    if (result.outcome() == Outcome.REUSED) {
      lines.add("Nothing changed in %s: %s reused, %s".formatted(title, steps, time));
    } else {
      lines.add("Built %s in %s: %s, %s of them reused".formatted(title, time, steps, reused));
    }
    for (OutputFile output : result.outputs()) {
      lines.add("  " + output.file() + "  " + Units.bytes(output.bytes()));
      lines.add("  sha256 " + output.sha256());
    }
    return lines;
  }

  /**
   * Returns the lines for a step that failed.
   *
   * @param failure what failed
   * @param enter the command that opens a shell in the failed step
   * @param again the command that goes on
   */
  static List<String> failure(StepFailure failure, String enter, String again) {
    List<String> lines = new ArrayList<>();
    lines.add(failure.step() + " failed: " + failure.reason());
    failure.lastLines().forEach(line -> lines.add("  | " + printable(line)));
    lines.add("  whole log:    " + failure.log());
    lines.add("  look inside:  " + enter);
    lines.add(goOn(again));
    return lines;
  }

  /**
   * Returns the lines for what an audit found.
   *
   * @param findings what it found
   */
  static List<String> findings(List<Finding> findings) {
    return findings.stream().map(finding -> printable(finding.toString())).toList();
  }

  /**
   * Returns the lines for a build that failed because of what the audit found.
   *
   * @param title recipe and target
   * @param findings what it found
   * @param again the command that goes on
   */
  static List<String> unfit(String title, List<Finding> findings, String again) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "The audit found "
            + Console.count(findings.size(), "fault")
            + " in "
            + title
            + "; nothing was written:");
    findings(findings).forEach(line -> lines.add("  " + line));
    lines.add("  what is allowed:  'output: audit:' of the recipe");
    lines.add("  go on:            " + again);
    return lines;
  }

  /**
   * Returns the lines for a build that was stopped.
   *
   * @param again the command that goes on
   */
  static List<String> stopped(String again) {
    return List.of("Stopped. What was finished is kept.", goOn(again));
  }

  /**
   * Returns the line that says how to go on.
   *
   * @param again the command
   */
  static String goOn(String again) {
    return "  go on:        " + again;
  }

  /** A log may hold what would move the cursor or change the colour of a terminal. */
  private static String printable(String line) {
    return line.replaceAll("\\x1b\\[[0-9;?]*[A-Za-z]", "").replaceAll("[\\p{Cntrl}&&[^\\t]]", "?");
  }
}
