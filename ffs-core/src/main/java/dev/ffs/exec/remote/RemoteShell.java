package dev.ffs.exec.remote;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.ProcessRunner;
import dev.ffs.script.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Does the work of an executor by way of a client program that runs a command somewhere else, such
 * as {@code ssh host}.
 *
 * <p>The client passes on all arguments exactly, keeps standard output and error apart, and carries
 * standard input there, which ends there when it ends here and when the client is gone. For that is
 * what holds a command: when it ends, since the connection is lost, or tells so, after a
 * cancellation or a timeout, a shell there ends the command and the processes that it started. Of
 * these it finds those that {@link ProcessRunner} finds. The shell does not end before all output
 * of the command is here, so a client may lose what is written right before the end.
 *
 * <p>There it needs a Linux with a POSIX shell as {@code sh} and coreutils, and for copies GNU tar;
 * here, for copies, a POSIX shell, coreutils and GNU tar. A program name with a {@code =} in it
 * cannot be run.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RemoteShell {

  /** The shell there, or a runner here, needs half of that at most to end what it has started. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * How long a client may take to end when nothing is to come any more: some wait for what the
   * command has left in the background.
   */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /**
   * How long a copy may stand still: a frozen container or a dead network may never tell. Where
   * much is to be looked at before anything is written, a tar there may take its minutes.
   */
  private static final Duration SILENCE = Duration.ofMinutes(10);

  private static final int TERMINATED = 128 + 15;

  /** What the shells are called where processes are listed. */
  private static final String NAME = "ffs-remote";

  /** Where {@code execvp} looks without a PATH. */
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private static final String RUN = resource("run.sh");

  /** Makes an archive of $1, which is called $2 in it. */
  private static final String PACK =
      """
      export LC_ALL=C
      unset TAR_OPTIONS
      if [ -d "$1" ] && [ ! -L "$1" ]; then
        set -- "$1" "s/^\\./$2/S" .
      else
        set -- "${1%/*}/" "s/.*/$2/S" "./${1##*/}"
      fi
      tar -C "$1" --no-unquote --format=posix --pax-option=delete=atime,delete=ctime \\
        --transform="$2" -c -f - "$3\"""";

  /**
   * Unpacks an archive in $1. Who owned the files on another machine says nothing on this one.
   * After a failure it still reads to the end: a client whose input breaks may end before its time.
   */
  private static final String UNPACK =
      """
      export LC_ALL=C
      unset TAR_OPTIONS
      mkdir -p "$1" && tar -C "$1" --no-same-owner -p --warning=no-timestamp -x -f - || {
        code=$?
        cat >/dev/null
        exit "$code"
      }""";

  private final ProcessRunner processes = new ProcessRunner();
  private final RemotePlace place;
  private final UnaryOperator<List<String>> client;
  private final Map<String, String> environment;
  private final Duration patience;
  private final Duration silence;

  /**
   * Makes a remote shell; nothing is connected yet.
   *
   * @param host where commands run, for messages, which say that they run "on" it
   * @param client makes the command line, here, that runs a command line there
   * @param environment the whole environment of the client
   */
  public RemoteShell(
      String host, UnaryOperator<List<String>> client, Map<String, String> environment) {
    this(new Host(host, client), client, environment);
  }

  /**
   * Makes a remote shell that knows more of the place where commands run; nothing is connected yet.
   *
   * @param place what messages say of it
   * @param client makes the command line, here, that runs a command line there
   * @param environment the whole environment of the client
   */
  public RemoteShell(
      RemotePlace place, UnaryOperator<List<String>> client, Map<String, String> environment) {
    this(place, client, environment, PATIENCE, SILENCE);
  }

  /**
   * Makes a remote shell.
   *
   * @param patience how long to wait for the end of a command or a copy that is to be ended
   * @param silence how long a copy may stand still
   */
  RemoteShell(
      RemotePlace place,
      UnaryOperator<List<String>> client,
      Map<String, String> environment,
      Duration patience,
      Duration silence) {
    this.place = place;
    this.client = client;
    this.environment = Map.copyOf(environment);
    this.patience = patience;
    this.silence = silence;
  }

  /** A place of which nothing is known but how to get there. */
  private record Host(String name, UnaryOperator<List<String>> client) implements RemotePlace {

    @Override
    public String where() {
      return "on " + name;
    }

    @Override
    public String whatIsWrong() {
      return "see whether this works: " + Shell.command(client.apply(List.of("true")));
    }

    @Override
    public String wayOut() {
      return "look for them there, and end them by hand";
    }
  }

  /**
   * Runs a command and waits for its end, as {@link dev.ffs.exec.Executor#run} describes.
   *
   * @param command what to run
   * @param sink takes the output
   * @param cancellation ends the command
   * @return how it ended
   * @throws ExecutorException if it could not be run or watched to its end
   */
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    if (cancellation.isCancelled() || Thread.currentThread().isInterrupted()) {
      return new ExitStatus(TERMINATED, End.CANCELLED);
    }
    String program = command.argv().get(0);
    if (program.contains("=")) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot run " + program + ": env would take it for a variable; give it another name",
          null);
    }
    return new Run(command, sink).await(cancellation);
  }

  /**
   * Copies a file, a link or a tree there, as {@link dev.ffs.exec.Executor#push} describes.
   *
   * @param local what to copy
   * @param remote absolute path that it gets there
   * @throws ExecutorException if that fails; a part may have been copied
   */
  public void push(Path local, String remote) {
    Path to = absolute(remote);
    RemoteCopy copy = copy(local + " to " + remote + " " + place.where());
    copy.push(
        shell(PACK, text(local), nameOf(to)),
        there(copy, RemoteCopy.READER, UNPACK, text(parentOf(to))));
  }

  /**
   * Copies a file, a link or a tree back, as {@link dev.ffs.exec.Executor#pull} describes.
   *
   * @param remote absolute path, there, of what to copy
   * @param local path that it gets here
   * @throws ExecutorException if that fails; a part may have been copied
   */
  public void pull(String remote, Path local) {
    Path to = Path.of(text(local));
    RemoteCopy copy = copy(remote + " " + place.where() + " to " + local);
    copy.pull(
        there(copy, RemoteCopy.WRITER, PACK, text(absolute(remote)), nameOf(to)),
        shell(UNPACK, text(parentOf(to))));
  }

  private RemoteCopy copy(String what) {
    return new RemoteCopy(what, place, environment, patience, silence);
  }

  private List<String> there(RemoteCopy copy, String around, String script, String... arguments) {
    List<String> argv = new ArrayList<>(List.of(copy.token(), script, NAME));
    argv.addAll(List.of(arguments));
    return client.apply(shell(around, argv.toArray(String[]::new)));
  }

  /** Returns what a client said that failed, and what the place has to say of it. */
  private String tell(List<String> messages) {
    return (messages.isEmpty() ? "" : ": " + joined(messages)) + "; " + place.whatIsWrong();
  }

  /** Returns what was said in one line. */
  static String joined(List<String> messages) {
    return String.join("; ", messages.stream().filter(line -> !line.isEmpty()).toList());
  }

  /** One command on its way. */
  private final class Run {
    private final Command command;
    private final RemoteOutput output;
    private final Cancellation leave = new Cancellation();
    private final CompletableFuture<OutputStream> input = new CompletableFuture<>();
    private final CompletableFuture<ExitStatus> clientEnd;

    // Why it is to end: the first who says so is right.
    private final CompletableFuture<End> reason = new CompletableFuture<>();

    Run(Command command, OutputSink sink) {
      this.command = command;
      String token = "ffs-" + UUID.randomUUID();
      output = new RemoteOutput(token, sink);
      Command here = new Command(client.apply(arguments(token)), environment, null, null);
      clientEnd =
          CompletableFuture.supplyAsync(
              () -> processes.run(here, input::complete, output, leave), RemoteShell::inThread);
      orFail(reason.thenCompose(this::askForEnd));
      orFail(output.ended().thenAcceptBoth(input, (words, stream) -> letGo(stream)));
      if (command.timeout() != null) {
        reason.completeOnTimeout(
            End.TIMED_OUT, TimeUnit.NANOSECONDS.convert(command.timeout()), TimeUnit.NANOSECONDS);
      }
    }

    private void orFail(CompletableFuture<Void> chore) {
      chore.exceptionally(
          e -> {
            clientEnd.completeExceptionally(e);
            return null;
          });
    }

    private CompletableFuture<Void> askForEnd(End end) {
      if (end == End.EXITED) {
        return CompletableFuture.completedFuture(null);
      }
      leaveAfter(patience);
      // Not before the shell is there: a login script might read it.
      return output.started().thenAcceptBoth(input, (started, stream) -> write(stream));
    }

    private void write(OutputStream stream) {
      try {
        stream.write('\n');
        stream.flush();
      } catch (IOException e) {
        // It has ended, or will soon; why, is found out where it is waited for.
        leave.cancel();
      }
    }

    /** All has arrived, and the shell there may end. */
    private void letGo(OutputStream stream) {
      leaveAfter(FAREWELL);
      try {
        stream.close();
      } catch (IOException e) {
        leave.cancel();
      }
    }

    private void leaveAfter(Duration time) {
      CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS)
          .execute(leave::cancel);
    }

    private List<String> arguments(String token) {
      List<String> arguments = new ArrayList<>();
      arguments.add(token);
      arguments.add(command.directory() == null ? "" : command.directory());
      arguments.add(path());
      arguments.add(program());
      command.environment().forEach((name, value) -> arguments.add(name + "=" + value));
      arguments.addAll(command.argv());
      return shell(RUN, arguments.toArray(String[]::new));
    }

    private String program() {
      return command.argv().get(0);
    }

    private String path() {
      return command.environment().getOrDefault("PATH", DEFAULT_PATH);
    }

    ExitStatus await(Cancellation cancellation) {
      boolean interrupted = false;
      Cancellation.Registration registration =
          cancellation.onCancel(() -> reason.complete(End.CANCELLED));
      try {
        while (true) {
          try {
            return status(clientEnd.get());
          } catch (InterruptedException e) {
            interrupted = true;
            reason.complete(End.CANCELLED);
          }
        }
      } catch (ExecutionException e) {
        throw unwrapped(e);
      } finally {
        registration.close();
        reason.complete(End.EXITED);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private ExitStatus status(ExitStatus ofClient) {
      output.clientEnded();
      if (!output.started().isDone() && reason.isDone()) {
        return new ExitStatus(TERMINATED, reason.join());
      }
      if (!output.ended().isDone()) {
        throw failure(
            Reason.TRANSPORT_LOST,
            (output.started().isDone() ? "the way there was lost" : "there is no way there")
                + " (its client: "
                + ofClient
                + ")"
                + tell(output.lastWords()),
            null);
      }
      List<String> words = output.ended().join();
      List<String> more = words.subList(1, words.size());
      return switch (words.get(0)) {
        case "no-directory" ->
            throw failure(Reason.NOT_STARTED, "no such directory: " + command.directory(), null);
        case "no-program" ->
            throw failure(
                Reason.PROGRAM_NOT_FOUND,
                "it "
                    + String.join(" ", more)
                    + (program().contains("/") ? "" : " (" + path() + ")"),
                null);
        case "left" ->
            throw new ExecutorException(
                Reason.PROCESSES_LEFT,
                "these processes "
                    + place.where()
                    + " do not end, not even by KILL: "
                    + String.join(", ", more)
                    + "; "
                    + place.wayOut(),
                null);
        default -> status(Integer.parseInt(more.get(0)), more.get(1).equals("0"));
      };
    }

    private ExitStatus status(int code, boolean wasEnded) {
      if (wasEnded && !reason.isDone()) {
        throw failure(
            Reason.TRANSPORT_LOST,
            "it was ended there, as its standard input ended, which nobody here did"
                + tell(output.lastWords()),
            null);
      }
      ExitStatus status = new ExitStatus(code, wasEnded ? reason.join() : End.EXITED);
      Optional<Throwable> sinkFailure = output.sinkFailure();
      if (sinkFailure.isPresent()) {
        throw new ExecutorException(
            Reason.SINK,
            program()
                + " ended ("
                + status
                + "), but its output could not be taken: "
                + sinkFailure.get(),
            sinkFailure.get());
      }
      return status;
    }

    private RuntimeException unwrapped(ExecutionException wrapper) {
      Throwable cause = wrapper.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof ExecutorException e && e.reason() == Reason.PROGRAM_NOT_FOUND) {
        // It is the client that is missing, not the command.
        return failure(
            Reason.NOT_STARTED,
            "its client cannot be started (" + e.getMessage() + "); " + place.whatIsWrong(),
            e);
      }
      if (cause instanceof Error error) {
        throw error;
      }
      return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }

    private ExecutorException failure(Reason why, String message, @Nullable Throwable cause) {
      return new ExecutorException(
          why, "cannot run " + program() + " " + place.where() + ": " + message, cause);
    }
  }

  private static List<String> shell(String script, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", script, NAME));
    argv.addAll(List.of(arguments));
    return argv;
  }

  private static Path absolute(String remote) {
    if (!remote.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: '" + remote + "'");
    }
    return Path.of(remote);
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("nothing can be copied to " + path);
    }
    return parent;
  }

  /** Returns the name that a path ends with, as tar's replacements want it. */
  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName()).replaceAll("[\\\\&]", "\\\\$0");
  }

  // A name of bytes that are not text survives inside a tree, but not as an argument.
  private static String text(Path path) {
    Path absolute = path.toAbsolutePath();
    String text = absolute.toString();
    if (!Path.of(text).equals(absolute)) {
      throw new ExecutorException(Reason.FILES, "the name is not UTF-8: " + text, null);
    }
    return text;
  }

  static void inThread(Runnable task) {
    Thread thread = new Thread(task, "ffs-remote");
    thread.setDaemon(true);
    thread.start();
  }

  private static String resource(String name) {
    try (InputStream in = RemoteShell.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the library's own file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
