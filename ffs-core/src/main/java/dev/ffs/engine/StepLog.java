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
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the output of a step: into its log, to the listeners, and the end of it for the result. */
final class StepLog implements OutputSink, AutoCloseable {

  private static final int LAST_LINES = 30;

  private final String step;
  private final BuildListener listener;
  private final Path file;
  private final BufferedWriter writer;
  private @Nullable IOException trouble;
  private final Deque<String> last = new ArrayDeque<>();

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

  synchronized List<String> lastLines() {
    return List.copyOf(last);
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
