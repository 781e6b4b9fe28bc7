package dev.ffs.exec.remote;

import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes the output of a client program apart: what the command wrote, and what the shell around it
 * says of it. That stands in lines which begin with a token, and comes on both channels, so that
 * all that was written before is known to have arrived.
 */
final class RemoteOutput implements OutputSink {

  private final String token;
  private final OutputSink sink;
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final Set<Channel> open = EnumSet.noneOf(Channel.class);
  private final Set<Channel> closed = EnumSet.noneOf(Channel.class);
  private final Set<Channel> afterEmptyLine = EnumSet.noneOf(Channel.class);
  private final List<String> others = new ArrayList<>();
  private @Nullable Throwable sinkFailure;

  RemoteOutput(String token, OutputSink sink) {
    this.token = token;
    this.sink = sink;
  }

  /** Is done when the shell is there. */
  CompletableFuture<Void> started() {
    return started;
  }

  /** Is done when all has arrived, with the shell's last word. */
  CompletableFuture<String> ended() {
    return ended;
  }

  /** Returns what was written before the shell was there, by login scripts and the client. */
  synchronized List<String> others() {
    return List.copyOf(others);
  }

  /** Returns what the sink threw, if it did. */
  synchronized Optional<Throwable> sinkFailure() {
    return Optional.ofNullable(sinkFailure);
  }

  @Override
  public synchronized void line(Channel channel, String line) {
    if (line.startsWith(token + " ")) {
      told(channel, line.substring(token.length() + 1));
    } else if (!open.contains(channel)) {
      others.add(line);
    } else if (!closed.contains(channel)) {
      // The shell begins a new line: of an empty one only the next tells whose it is.
      if (afterEmptyLine.remove(channel)) {
        deliver(channel, "");
      }
      if (line.isEmpty()) {
        afterEmptyLine.add(channel);
      } else {
        deliver(channel, line);
      }
    }
  }

  private void told(Channel channel, String word) {
    if (open.add(channel)) {
      started.complete(null);
    }
    if (!word.equals("started")
        && closed.add(channel)
        && closed.size() == Channel.values().length) {
      ended.complete(word);
    }
  }

  private void deliver(Channel channel, String line) {
    if (sinkFailure == null) {
      try {
        sink.line(channel, line);
      } catch (RuntimeException | Error e) {
        sinkFailure = e;
      }
    }
  }
}
