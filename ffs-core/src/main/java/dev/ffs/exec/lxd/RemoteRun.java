package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.ProcessRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One command in a container, from start to end.
 *
 * <p>The command runs under a script ({@code run.sh}) that reports how it ended, behind the last of
 * its output, and ends it on demand together with all that came of it. The script stays until it is
 * told that its report has arrived. So an end without a report is a lost transport, whatever the
 * exit code of {@code lxc}; what LXD loses of a program that ends at once is nothing of the
 * command's; and if {@code lxc}, LXD's daemon or this JVM dies, the script notices that nobody is
 * there any more and ends the command.
 */
final class RemoteRun {

  /** Where {@code execvp} looks without a PATH. */
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  // The script itself gives up after some 15 seconds.
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration FAREWELL = Duration.ofSeconds(10);
  private static final int LAST_LINES = 3;

  // A thread for each task: it may wait for a pipe.
  private static final Executor THREADS =
      task -> {
        Thread thread = new Thread(task, "ffs-lxd");
        thread.setDaemon(true);
        thread.start();
      };

  private final String token = "ffs-" + UUID.randomUUID();
  // Not merely the token: a command that lists processes prints that, too.
  private final Pattern answers =
      Pattern.compile(
          "(.*)" + token + " (end|gone|left( [0-9]+)+|exit [0-9]+|directory|program is [a-z A-Z]+)",
          Pattern.DOTALL);
  private final Command command;
  private final String script;
  private final Lxc lxc;
  private final LxdContainer container;
  private final Filter out;
  private final Filter err;

  // The reasons to end it: the first who says so is right.
  private final CompletableFuture<End> reason = new CompletableFuture<>();
  private final CompletableFuture<OutputStream> lifeline = new CompletableFuture<>();
  // The script's answers.
  private final CompletableFuture<List<String>> exit = new CompletableFuture<>();
  private final CompletableFuture<List<String>> gone = new CompletableFuture<>();
  private final CompletableFuture<Void> lastOutput = new CompletableFuture<>();
  // Ends lxc itself, where talking does not help.
  private final Cancellation hangUp = new Cancellation();
  private @Nullable Throwable sinkFailure;

  RemoteRun(LxdContainer container, Command command, OutputSink sink, String script) {
    this.container = container;
    this.lxc = container.client().lxc();
    this.command = command;
    this.script = script;
    this.out = new Filter(Channel.STDOUT, sink);
    this.err = new Filter(Channel.STDERR, sink);
  }

  /** Runs it and waits for its end, as {@link dev.ffs.exec.Executor#run} describes. */
  ExitStatus await(Cancellation cancellation) {
    Command client = client();
    CompletableFuture<ExitStatus> ended =
        CompletableFuture.supplyAsync(
            () -> new ProcessRunner().run(client, lifeline::complete, this::line, hangUp), THREADS);
    // Once the caller wants it ended, or the command has ended and all its output is here.
    reason.thenRunAsync(this::askForEnd, THREADS).exceptionally(this::hangUp);
    CompletableFuture.allOf(exit, lastOutput, reason.thenCompose(this::allGone))
        .thenRunAsync(this::farewell, THREADS)
        .exceptionally(this::hangUp);

    boolean interrupted = false;
    Cancellation.Registration registration =
        cancellation.onCancel(() -> reason.complete(End.CANCELLED));
    try {
      if (command.timeout() != null) {
        reason.completeOnTimeout(
            End.TIMED_OUT, TimeUnit.NANOSECONDS.convert(command.timeout()), TimeUnit.NANOSECONDS);
      }
      while (true) {
        try {
          ExitStatus clientStatus = ended.get();
          return outcome(clientStatus);
        } catch (InterruptedException e) {
          interrupted = true;
          reason.complete(End.CANCELLED);
        }
      }
    } catch (ExecutionException e) {
      throw failure(e);
    } finally {
      registration.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The command of this machine. */
  private Command client() {
    List<String> argv = new ArrayList<>();
    argv.add("exec");
    argv.add(container.reference());
    argv.addAll(List.of("--mode", "non-interactive", "--", "sh", "-c", script, "ffs-run", token));
    argv.add(command.directory() == null ? "/" : command.directory());
    argv.add(command.environment().getOrDefault("PATH", DEFAULT_PATH));
    String program = command.argv().get(0);
    if (program.indexOf('=') >= 0) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot run "
              + program
              + " in a container: env(1), which gives it its environment, takes a name with '=' for"
              + " a variable; call the program by another name or through a shell",
          null);
    }
    argv.add(program);
    argv.addAll(List.of("env", "-i"));
    new TreeMap<>(command.environment()).forEach((name, value) -> argv.add(name + "=" + value));
    argv.addAll(command.argv());
    return lxc.command(argv, null);
  }

  private CompletableFuture<?> allGone(End end) {
    return end == End.EXITED ? CompletableFuture.completedFuture(null) : gone;
  }

  private void askForEnd() {
    if (reason.join() == End.EXITED) {
      return;
    }
    say("end");
    // A container that is frozen, or a server that is far away, may never answer.
    CompletableFuture.allOf(gone)
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .exceptionally(this::hangUp);
  }

  private void farewell() {
    say("bye");
    CompletableFuture.delayedExecutor(FAREWELL.toSeconds(), TimeUnit.SECONDS, THREADS)
        .execute(hangUp::cancel);
  }

  private void say(String word) {
    // Never, if lxc does not start. When writing fails, it has ended or is about to; why, is found
    // out where it is waited for.
    lifeline.thenAccept(stream -> write(stream, word + "\n")).exceptionally(this::hangUp);
  }

  private static void write(OutputStream stream, String text) {
    synchronized (stream) {
      try {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
        stream.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private @Nullable Void hangUp(Throwable reasonToDoSo) {
    hangUp.cancel();
    return null;
  }

  // Calls never overlap.
  private void line(Channel channel, String line) {
    (channel == Channel.STDOUT ? out : err).line(line);
  }

  private void answer(List<String> words) {
    switch (words.get(0)) {
      case "end" -> lastOutput.complete(null);
      case "gone", "left" -> gone.complete(words);
      default -> {
        exit.complete(words);
        reason.complete(End.EXITED);
        if (!words.get(0).equals("exit")) {
          gone.complete(List.of("gone")); // It never began.
        }
      }
    }
  }

  private ExitStatus outcome(ExitStatus clientStatus) {
    out.flush();
    err.flush();
    if (!exit.isDone() || !lastOutput.isDone()) {
      throw lost(clientStatus);
    }
    End end = reason.join();
    if (end != End.EXITED) {
      if (!gone.isDone()) {
        throw lost(clientStatus);
      }
      List<String> answer = gone.join();
      if (answer.get(0).equals("left")) {
        throw new ExecutorException(
            Reason.PROCESSES_LEFT,
            "these processes in the container "
                + container
                + " do not end, not even by KILL: "
                + String.join(", ", answer.subList(1, answer.size()))
                + "; `"
                + lxc.shown(List.of("stop", "--force", container.reference()))
                + "` ends everything in it",
            null);
      }
    }
    ExitStatus status = new ExitStatus(codeOf(exit.join()), end);
    if (sinkFailure != null) {
      throw new ExecutorException(
          Reason.SINK,
          command.argv().get(0)
              + " ended ("
              + status
              + "), but its output could not be taken: "
              + sinkFailure,
          sinkFailure);
    }
    return status;
  }

  private int codeOf(List<String> words) {
    String program = command.argv().get(0);
    return switch (words.get(0)) {
      case "exit" -> Integer.parseInt(words.get(1));
      case "program" ->
          throw new ExecutorException(
              Reason.PROGRAM_NOT_FOUND,
              "cannot run "
                  + program
                  + " in the container "
                  + container
                  + ": it "
                  + String.join(" ", words.subList(1, words.size()))
                  + (program.contains("/")
                      ? ""
                      : " (" + command.environment().getOrDefault("PATH", DEFAULT_PATH) + ")"),
              null);
      default ->
          throw new ExecutorException(
              Reason.NOT_STARTED,
              "cannot run "
                  + program
                  + " in "
                  + command.directory()
                  + " of the container "
                  + container
                  + ": no such directory",
              null);
    };
  }

  private ExecutorException lost(ExitStatus clientStatus) {
    List<String> last = new ArrayList<>(err.last);
    return new ExecutorException(
        Reason.TRANSPORT_LOST,
        "lost the way to "
            + command.argv().get(0)
            + " in the container "
            + container
            + " (lxc exec: "
            + clientStatus
            + (last.isEmpty() ? "" : "; " + String.join("; ", last))
            + "): "
            + container.client().whatIsWrongWith(container),
        null);
  }

  private RuntimeException failure(ExecutionException wrapper) {
    Throwable root = wrapper;
    while (root.getCause() != null
        && (root instanceof ExecutionException || root instanceof CompletionException)) {
      root = root.getCause();
    }
    if (root instanceof ExecutorException e && e.reason() == Reason.PROGRAM_NOT_FOUND) {
      // It is lxc that is missing, not the command.
      return new ExecutorException(Reason.NOT_STARTED, lxc.missing(), e);
    }
    if (root instanceof Error e) {
      throw e;
    }
    return root instanceof RuntimeException e ? e : new IllegalStateException(root);
  }

  /**
   * One channel on its way to the sink, without the script's answers. One stands right behind what
   * the command wrote last, so it may be on the same line; and as a long line comes in pieces, it
   * may be cut in two: therefore the piece of a long line waits for what follows it.
   */
  private final class Filter {
    private final Channel channel;
    private final OutputSink sink;
    private final Deque<String> last = new ArrayDeque<>();
    private @Nullable String piece;
    private boolean over;

    Filter(Channel channel, OutputSink sink) {
      this.channel = channel;
      this.sink = sink;
    }

    void line(String line) {
      String joined = piece == null ? line : piece + line;
      Matcher answer = answers.matcher(joined);
      if (joined.contains(token) && answer.matches()) {
        int end = answer.end(1);
        if (piece != null && end >= piece.length()) {
          flush();
        }
        String rest = joined.substring(piece == null ? joined.length() - line.length() : 0, end);
        piece = null;
        if (!rest.isEmpty()) {
          deliver(rest);
        }
        List<String> words = List.of(answer.group(2).split(" "));
        // Behind the others come those of a process that the command left in the background.
        over |= !words.get(0).equals("gone") && !words.get(0).equals("left");
        answer(words);
        return;
      }
      flush();
      if (isPiece(line)) {
        piece = line;
      } else {
        deliver(line);
      }
    }

    void flush() {
      if (piece != null) {
        deliver(piece);
        piece = null;
      }
    }

    // A piece ends where a character does, so it may lack up to three bytes.
    private static boolean isPiece(String line) {
      int least = OutputSink.MAX_LINE_BYTES - 3;
      return line.length() * 3 >= least && line.getBytes(StandardCharsets.UTF_8).length >= least;
    }

    private void deliver(String line) {
      if (over) {
        return;
      }
      last.addLast(line);
      if (last.size() > LAST_LINES) {
        last.removeFirst();
      }
      if (sinkFailure == null) {
        try {
          sink.line(channel, line);
        } catch (RuntimeException | Error e) {
          sinkFailure = e;
        }
      }
    }
  }
}
