package dev.ffs.examples.cli;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.examples.cli.Display.Tone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Shows a build while it runs: a line for each step that is over, and how things stand. */
final class Console implements BuildListener {

  /** More running steps than this are only counted. */
  private static final int MOST_SHOWN = 8;

  private final Display display;
  private final LongSupplier nanoTime;

  private final Map<String, Long> running = new LinkedHashMap<>();
  private final Map<String, BuildEvent.SourceProgress> downloads = new LinkedHashMap<>();
  private String title = "sources";
  private long started;
  private int total;
  private int finished;
  private int widest;
  private boolean closed;

  /**
   * Makes a console.
   *
   * @param display where lines go
   * @param nanoTime a clock in nanoseconds, such as {@link System#nanoTime}
   */
  Console(Display display, LongSupplier nanoTime) {
    this.display = display;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  @Override
  public synchronized void onEvent(BuildEvent event) {
    if (event instanceof BuildEvent.BuildStarted e) {
      begin(e.recipe() + " for " + e.target(), e.steps());
    } else if (event instanceof BuildEvent.CheckStarted e) {
      begin(e.recipe() + " for " + e.target() + ", again", e.steps());
    } else if (event instanceof BuildEvent.SourceProgress e) {
      downloads.put(e.source() + "/" + e.file(), e);
    } else if (event instanceof BuildEvent.SourceAttemptFailed e) {
      display.line(Tone.PLAIN, "%s: not from %s: %s".formatted(e.source(), e.url(), e.reason()));
    } else if (event instanceof BuildEvent.SourceReady e) {
      downloads.remove(e.source() + "/" + e.file());
      if (e.fetched()) {
        display.line(Tone.PLAIN, e.source() + ": fetched " + e.file());
      }
    } else if (event instanceof BuildEvent.BuildWaiting) {
      display.line(Tone.PLAIN, "waiting for another build that runs its steps in the same place");
    } else if (event instanceof BuildEvent.SnapshotTaken e) {
      display.line(Tone.PLAIN, "phase " + e.phase() + ": kept as " + e.name());
    } else if (event instanceof BuildEvent.SnapshotFailed e) {
      display.line(
          Tone.BAD, "phase " + e.phase() + ": no snapshot of it, the build goes on: " + e.reason());
    } else if (event instanceof BuildEvent.FailedTreeElsewhere e) {
      display.line(
          Tone.PLAIN,
          e.step() + ": what it left when it failed is not in this place; this is how it begins");
    } else if (event instanceof BuildEvent.StepWaiting e) {
      display.line(Tone.PLAIN, e.step() + ": waiting for another build that makes the same");
    } else if (event instanceof BuildEvent.OutputWaiting e) {
      display.line(
          Tone.PLAIN,
          "output: waiting for another build that writes the same files to " + e.directory());
    } else if (event instanceof BuildEvent.OutputAudited e && e.findings().isEmpty()) {
      display.line(Tone.PLAIN, "audit: nothing found in " + count(e.files(), "file"));
    } else if (event instanceof BuildEvent.StoreDamaged e) {
      display.line(Tone.PLAIN, "store: " + e.damage() + "; made again");
    } else if (event instanceof BuildEvent.StepStarted e) {
      running.put(e.step(), nanoTime.getAsLong());
    } else if (event instanceof BuildEvent.StepFinished e) {
      running.remove(e.step());
      finished++;
      stepLine(e);
    } else if (event instanceof BuildEvent.BuildFinished) {
      closed = true;
    }
    tick();
  }

  /** Says what is being done before the build itself begins. */
  synchronized void preparing(String what) {
    display.line(Tone.PLAIN, what + "...");
  }

  private void begin(String newTitle, List<String> steps) {
    title = newTitle;
    started = nanoTime.getAsLong();
    total = steps.size();
    finished = 0;
    widest = steps.stream().mapToInt(String::length).max().orElse(0);
    display.line(Tone.PLAIN, title + ": " + count(total, "step"));
  }

  /** Brings the running times up to date; called a few times a second. */
  synchronized void tick() {
    display.status(closed ? List.of() : status());
  }

  /** Takes the status lines away for good, however the build ended. */
  synchronized void close() {
    closed = true;
    tick();
  }

  private void stepLine(BuildEvent.StepFinished e) {
    Tone tone =
        switch (e.outcome()) {
          case DONE, CANCELLED -> Tone.PLAIN;
          case REUSED -> Tone.FAINT;
          case FAILED -> Tone.BAD;
        };
    String end =
        switch (e.outcome()) {
          case DONE -> Units.duration(e.duration());
          case REUSED -> "reused";
          case FAILED -> "FAILED after " + Units.duration(e.duration());
          case CANCELLED -> "stopped";
        };
    String counter = " ".repeat(digits(total) - digits(finished)) + finished + "/" + total;
    String name = e.step() + " ".repeat(Math.max(0, widest - e.step().length()));
    display.line(tone, "[%s] %s  %s".formatted(counter, name, end));
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }

  private List<String> status() {
    List<String> lines = new ArrayList<>();
    downloads.values().forEach(download -> lines.add("  " + progress(download)));
    running.forEach((step, since) -> lines.add("  " + step + "  " + elapsed(since)));
    if (lines.size() > MOST_SHOWN) {
      int more = lines.size() - MOST_SHOWN;
      lines.subList(MOST_SHOWN, lines.size()).clear();
      lines.add("  and " + more + " more");
    }
    if (total > 0 || !lines.isEmpty()) {
      String done = total > 0 ? "[" + finished + "/" + total + "] " : "";
      lines.add(0, done + title + "  " + elapsed(started));
    }
    return lines;
  }

  private String elapsed(long since) {
    return Units.duration(Duration.ofNanos(nanoTime.getAsLong() - since));
  }

  private static String progress(BuildEvent.SourceProgress download) {
    String so = download.file() + "  " + Units.bytes(download.bytes());
    return download.total() <= 0
        ? so
        : so
            + " of "
            + Units.bytes(download.total())
            + (" (" + download.bytes() * 100 / download.total() + "%)");
  }

  /** Returns such as {@code 1 step} or {@code 2 steps}. */
  static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
