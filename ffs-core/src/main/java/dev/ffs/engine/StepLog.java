package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the output of a step: into its log, to the listeners, and the end of it for the result. */
final class StepLog implements OutputSink, AutoCloseable {

  private static final int LAST_LINES = 30;

  /** Of these, how many are left for the end when make gave up before it. */
  private static final int END_LINES = 10;

  /**
   * What make says when it gives up; commands that run beside the one that failed go on after that.
   */
  private static final Pattern GAVE_UP =
      Pattern.compile("[^ ]*make(\\[[0-9]+])?: \\*\\*\\* (No rule to make target |\\[).*");

  /** What the outermost make says: with that it is over, and what comes next is another matter. */
  private static final Pattern OUTERMOST = Pattern.compile("[^ \\[]*make: .*");

  /** Unless it says this. */
  private static final Pattern WAITING =
      Pattern.compile("[^ ]*make(\\[[0-9]+])?: \\*\\*\\* Waiting for unfinished jobs.*");

  private final String step;
  private final BuildListener listener;
  private final Path file;
  private final BufferedWriter writer;
  private @Nullable IOException trouble;
  private final Deque<String> last = new ArrayDeque<>();

  /** The last lines when make first gave up, until the next make does. */
  private List<String> gaveUp = List.of();

  /** How many lines came since then. */
  private long since;

  private boolean over;
  private long sinceOver;

  StepLog(String step, Path file, BuildListener listener) throws IOException {
    this.step = step;
    this.listener = listener;
    this.file = file;
    this.writer = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void line(Channel channel, String line) {
    if (trouble == null) {
      try {
        writer.write(line);
        writer.newLine();
        // Who looks at the log of a running step wants to see where it is.
        writer.flush();
      } catch (IOException e) {
        trouble = e;
      }
    }
    last.addLast(line);
    if (last.size() > LAST_LINES) {
      last.removeFirst();
    }
    since++;
    sinceOver++;
    if (GAVE_UP.matcher(line).matches()) {
      if (over || gaveUp.isEmpty()) {
        gaveUp = lastOf(LAST_LINES - END_LINES - 1);
        since = 0;
      }
      over = OUTERMOST.matcher(line).matches();
      sinceOver = 0;
    } else if (WAITING.matcher(line).matches()) {
      over = false;
    }
    listener.onEvent(new BuildEvent.StepOutput(step, line));
  }

  /**
   * Makes sure that the log holds all lines, for a step must not succeed whose log is not whole.
   *
   * @throws IOException if it does not
   */
  synchronized void checkWritten() throws IOException {
    if (trouble != null) {
      throw new IOException("cannot write its log " + file + ": " + trouble.getMessage(), trouble);
    }
  }

  /**
   * Returns the lines that are likely to tell why a step failed: the last ones; but if it failed
   * with make, and make gave up long before the end, those before that and a few of the end.
   */
  synchronized List<String> tellingLines() {
    boolean doneWithout = over && sinceOver >= END_LINES;
    if (gaveUp.isEmpty() || doneWithout || since <= END_LINES) {
      return List.copyOf(last);
    }
    List<String> lines = new ArrayList<>(gaveUp);
    lines.add("[... " + (since - END_LINES) + " lines of what still ran ...]");
    lines.addAll(lastOf(END_LINES));
    return lines;
  }

  private List<String> lastOf(int count) {
    return last.stream().skip(Math.max(0, last.size() - count)).toList();
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
