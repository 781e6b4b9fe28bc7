package dev.ffs.exec.remote;

import dev.ffs.exec.Channel;
import dev.ffs.exec.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes the output of a client program apart: what the command wrote, and what the shell around it
 * says of it. That is a token with an answer, right behind what was written before, so perhaps on
 * the same line; and it comes on both channels, so that all that was written before is known to
 * have arrived. As a long line comes in pieces, an answer may be cut in two: therefore a line of
 * the greatest length waits for what follows it.
 */
final class RemoteOutput implements OutputSink {

  private static final int LAST_WORDS = 5;

  // Not merely the token, which a command that lists processes prints, too.
  private static final String ANSWERS =
      "started|no-directory|no-program( [A-Za-z]+)+|ended [0-9]+ [0-9]+|left( [0-9]+)+";

  private final String token;
  private final Pattern answers;
  private final OutputSink sink;
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<List<String>> ended = new CompletableFuture<>();
  private final Set<Channel> open = EnumSet.noneOf(Channel.class);
  private final Set<Channel> closed = EnumSet.noneOf(Channel.class);
  private final Map<Channel, String> waiting = new EnumMap<>(Channel.class);
  private final Deque<String> lastWords = new ArrayDeque<>();
  private @Nullable Throwable sinkFailure;

  RemoteOutput(String token, OutputSink sink) {
    this.token = token;
    this.answers = Pattern.compile("(.*)" + token + " (" + ANSWERS + ")", Pattern.DOTALL);
    this.sink = sink;
  }

  /** Is done when the shell is there. */
  CompletableFuture<Void> started() {
    return started;
  }

  /** Is done when all has arrived, with the words of the shell's last answer. */
  CompletableFuture<List<String>> ended() {
    return ended;
  }

  /**
   * Returns the last lines in which a client may have said why it ends: those that came before the
   * shell was there, also from login scripts, and what came on standard error.
   */
  synchronized List<String> lastWords() {
    return List.copyOf(lastWords);
  }

  /** Returns what the sink threw, if it did. */
  synchronized Optional<Throwable> sinkFailure() {
    return Optional.ofNullable(sinkFailure);
  }

  @Override
  public synchronized void line(Channel channel, String line) {
    String before = waiting.getOrDefault(channel, "");
    String joined = before + line;
    Matcher answer = answers.matcher(joined);
    if (joined.contains(token) && answer.matches()) {
      String rest = answer.group(1);
      if (rest.length() >= before.length()) {
        pass(channel, waiting.remove(channel));
        rest = rest.substring(before.length());
      }
      waiting.remove(channel);
      pass(channel, rest.isEmpty() ? null : rest);
      told(channel, List.of(answer.group(2).split(" ", -1)));
      return;
    }
    pass(channel, waiting.remove(channel));
    if (isLongest(line)) {
      waiting.put(channel, line);
    } else {
      pass(channel, line);
    }
  }

  /** Takes note that the client has ended. */
  synchronized void clientEnded() {
    for (Channel channel : Channel.values()) {
      pass(channel, waiting.remove(channel));
    }
  }

  // A piece ends where a character does, so it may lack up to three bytes.
  private static boolean isLongest(String line) {
    int least = OutputSink.MAX_LINE_BYTES - 3;
    return line.length() * 3 >= least && line.getBytes(StandardCharsets.UTF_8).length >= least;
  }

  private void pass(Channel channel, @Nullable String line) {
    if (line == null) {
      return;
    }
    if (!open.contains(channel) || channel == Channel.STDERR) {
      remember(line);
    }
    if (open.contains(channel) && !closed.contains(channel)) {
      deliver(channel, line);
    }
  }

  private void told(Channel channel, List<String> words) {
    if (open.add(channel)) {
      started.complete(null);
    }
    if (!words.get(0).equals("started")
        && closed.add(channel)
        && closed.size() == Channel.values().length) {
      ended.complete(words);
    }
  }

  private void remember(String line) {
    if (line.isBlank()) {
      return;
    }
    lastWords.addLast(line);
    if (lastWords.size() > LAST_WORDS) {
      lastWords.removeFirst();
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
