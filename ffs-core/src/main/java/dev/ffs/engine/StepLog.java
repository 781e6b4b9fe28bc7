package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Takes the output of a step: into its log, to the listeners, and the end of it for the result. */
final class StepLog implements OutputSink, AutoCloseable {

  private static final int LAST_LINES = 30;

  private final String step;
  private final BuildListener listener;
  private final BufferedWriter writer;
  private final Deque<String> last = new ArrayDeque<>();

  StepLog(String step, Path file, BuildListener listener) throws IOException {
    this.step = step;
    this.listener = listener;
    this.writer = Files.newBufferedWriter(file);
  }

  @Override
  public synchronized void line(Channel channel, String line) {
    try {
      writer.write(line);
      writer.newLine();
      // Who looks at the log of a running step wants to see where it is.
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    last.addLast(line);
    if (last.size() > LAST_LINES) {
      last.removeFirst();
    }
    listener.onEvent(new BuildEvent.StepOutput(step, line));
  }

  synchronized List<String> lastLines() {
    return List.copyOf(last);
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }
}
