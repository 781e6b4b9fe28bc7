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
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;

/**
 * Does the work of an executor by way of a client program that runs a command somewhere else, such
 * as {@code ssh host}.
 *
 * <p>The client passes on all arguments exactly, keeps standard output and error apart, and lets
 * the command's standard input end when its own does, or when it is gone. For that is what holds a
 * command: when it ends, after a cancellation or a timeout or since the connection is lost, a shell
 * there ends the command and the processes that it started. Of these it finds those that {@link
 * ProcessRunner} finds.
 *
 * <p>There it needs a Linux with a POSIX shell as {@code sh}, coreutils, awk and GNU tar; here
 * bash, coreutils and GNU tar. A program name with a {@code =} in it cannot be run.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RemoteShell {

  /** The shell there needs half of that at most to end a command. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int TERMINATED = 128 + 15;

  private static final String RUN = resource("run.sh");

  /** Makes an archive of $1, which is called $2 in it. */
  private static final String PACK =
      """
      export LC_ALL=C
      if [ -d "$1" ] && [ ! -L "$1" ]; then
        tar -C "$1" --format=posix --transform="s/^\\./$2/S" -c -f - .
      else
        tar -C "${1%/*}/" --format=posix --transform="s/.*/$2/S" -c -f - "./${1##*/}"
      fi""";

  /**
   * Unpacks an archive in $1. Who owned the files on another machine says nothing on this one.
   * After a failure it still reads to the end: a client whose output breaks would seem to be lost.
   */
  private static final String UNPACK =
      """
      export LC_ALL=C
      mkdir -p "$1" && tar -C "$1" --no-same-owner -p -x -f - || {
        code=$?
        cat >/dev/null
        exit "$code"
      }""";

  /** Runs script $2 and says last on standard error, after $1, how it ended. */
  private static final String TOLD =
      """
      token=$1 script=$2
      shift 2
      sh -c "$script" sh "$@"
      code=$?
      printf '\\n%s %s\\n' "$token" "$code" >&2
      exit "$code\"""";

  private final ProcessRunner processes = new ProcessRunner();
  private final String place;
  private final UnaryOperator<List<String>> client;
  private final Map<String, String> environment;
  private final Duration patience;

  /**
   * Makes a remote shell; nothing is connected yet.
   *
   * @param place where commands run, for messages
   * @param client makes the command line, here, that runs a command line there
   * @param environment the whole environment of the client
   */
  public RemoteShell(
      String place, UnaryOperator<List<String>> client, Map<String, String> environment) {
    this(place, client, environment, PATIENCE);
  }

  /**
   * Makes a remote shell.
   *
   * @param patience how long to wait for the end of a command that is to be ended
   */
  RemoteShell(
      String place,
      UnaryOperator<List<String>> client,
      Map<String, String> environment,
      Duration patience) {
    this.place = place;
    this.client = client;
    this.environment = Map.copyOf(environment);
    this.patience = patience;
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
    // Here an interrupt would end the making of the leash, not the command.
    try (Leash leash = CompletableFuture.supplyAsync(Leash::new, RemoteShell::inThread).join()) {
      return new Run(command, sink, leash).await(cancellation);
    } catch (CompletionException e) {
      throw unwrapped(e);
    }
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
    String token = token();
    List<String> pack = shell(PACK, text(local), nameOf(to));
    List<String> unpack = client.apply(shell(TOLD, token, UNPACK, text(parentOf(to))));
    copy(pack, unpack, token, local + " to " + remote + " on " + place);
  }

  /**
   * Copies a file, a link or a tree back, as {@link dev.ffs.exec.Executor#pull} describes.
   *
   * @param remote absolute path, there, of what to copy
   * @param local path that it gets here
   * @throws ExecutorException if that fails; a part may have been copied
   */
  public void pull(String remote, Path local) {
    Path to = local.toAbsolutePath();
    String token = token();
    List<String> pack = client.apply(shell(TOLD, token, PACK, text(absolute(remote)), nameOf(to)));
    List<String> unpack = shell(UNPACK, text(parentOf(to)));
    copy(pack, unpack, token, remote + " on " + place + " to " + local);
  }

  private void copy(List<String> pack, List<String> unpack, String token, String what) {
    List<String> messages = new CopyOnWriteArrayList<>();
    String pipeline = "set -o pipefail; " + Shell.command(pack) + " | " + Shell.command(unpack);
    ExitStatus status =
        processes.run(
            new Command(List.of("bash", "-c", pipeline), environment, null, null),
            (channel, line) -> messages.add(line),
            new Cancellation());
    boolean told = messages.removeIf(line -> line.startsWith(token + " "));
    if (told && status.succeeded()) {
      return;
    }
    boolean lost = !told && status.end() == End.EXITED;
    throw new ExecutorException(
        lost ? Reason.TRANSPORT_LOST : Reason.FILES,
        "cannot copy "
            + what
            + (lost ? ": the way there was lost (" : " (")
            + status
            + ")"
            + (lost ? tell(messages) : ": " + joined(messages)),
        null);
  }

  /** Returns what a client said that failed, and how to try it. */
  private String tell(List<String> messages) {
    return ": "
        + joined(messages)
        + "; see whether this works: "
        + Shell.command(client.apply(List.of("true")));
  }

  private static String joined(List<String> messages) {
    return String.join("; ", messages.stream().filter(line -> !line.isEmpty()).toList());
  }

  /** One command on its way. */
  private final class Run {
    private final Command command;
    private final RemoteOutput output;
    private final Cancellation leave = new Cancellation();
    private final CompletableFuture<ExitStatus> clientEnd;

    // Why it is to end: the first who says so is right.
    private final CompletableFuture<End> reason = new CompletableFuture<>();

    Run(Command command, OutputSink sink, Leash leash) {
      this.command = command;
      String token = token();
      output = new RemoteOutput(token, sink);
      Command here =
          new Command(leash.hold(client.apply(arguments(token))), environment, null, null);
      clientEnd =
          CompletableFuture.supplyAsync(
              () -> processes.run(here, output, leave), RemoteShell::inThread);
      // It has no more to do, but waits for what holds its channels in the background.
      orFail(output.ended().thenRun(leave::cancel));
      // A client that has yet to open its input would wait for ever if nobody held the other end.
      orFail(reason.thenAcceptBoth(output.started(), (end, started) -> leash.letGo()));
      orFail(
          reason.thenRunAsync(
              leave::cancel,
              CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS)));
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

    private List<String> arguments(String token) {
      List<String> arguments = new ArrayList<>();
      arguments.add(token);
      arguments.add(command.directory() == null ? "" : command.directory());
      arguments.add(command.environment().getOrDefault("PATH", "/bin:/usr/bin"));
      arguments.add(command.argv().get(0));
      command.environment().forEach((name, value) -> arguments.add(name + "=" + value));
      arguments.addAll(command.argv());
      return shell(RUN, arguments.toArray(String[]::new));
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
                + tell(output.others()));
      }
      String[] words = output.ended().join().split(" ", -1);
      return switch (words[0]) {
        case "no-directory" ->
            throw failure(Reason.NOT_STARTED, "no such directory: " + command.directory());
        case "no-program" -> throw failure(Reason.PROGRAM_NOT_FOUND, "no such program");
        default -> status(Integer.parseInt(words[1]), words[2]);
      };
    }

    /** How the shell that watches the input ended tells whether that had to end the command. */
    private ExitStatus status(int code, String watcher) {
      if (watcher.equals("1")) {
        throw failure(
            Reason.PROCESSES_LEFT,
            "its processes do not end, not even by KILL; look for them there, and end them by hand");
      }
      ExitStatus status =
          new ExitStatus(code, watcher.equals("0") ? reason.getNow(End.CANCELLED) : End.EXITED);
      Optional<Throwable> sinkFailure = output.sinkFailure();
      if (sinkFailure.isPresent()) {
        throw new ExecutorException(
            Reason.SINK,
            command.argv().get(0)
                + " ended ("
                + status
                + "), but its output could not be taken: "
                + sinkFailure.get(),
            sinkFailure.get());
      }
      return status;
    }

    private ExecutorException failure(Reason why, String message) {
      return new ExecutorException(
          why, "cannot run " + command.argv().get(0) + " on " + place + ": " + message, null);
    }
  }

  /** A client's standard input, which ends when this lets go of it. Nothing is ever written. */
  private final class Leash implements AutoCloseable {
    private final Path directory;
    private final Path pipe;
    private final RandomAccessFile end;

    Leash() {
      List<String> messages = new CopyOnWriteArrayList<>();
      try {
        directory = Files.createTempDirectory("ffs-remote");
        pipe = directory.resolve("input");
        Command mkfifo =
            new Command(List.of("mkfifo", "-m", "600", pipe.toString()), environment, null, null);
        ExitStatus status =
            processes.run(mkfifo, (channel, line) -> messages.add(line), new Cancellation());
        if (!status.succeeded()) {
          throw new IOException("mkfifo: " + String.join("; ", messages));
        }
        // To read and write: to write only, it would wait for the client.
        end = new RandomAccessFile(pipe.toFile(), "rw");
      } catch (IOException e) {
        throw new ExecutorException(
            Reason.NOT_STARTED, "cannot make a pipe for the client of " + place + ": " + e, e);
      }
    }

    /** Returns a command that has this as its standard input. */
    List<String> hold(List<String> argv) {
      List<String> held =
          new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <\"$0\"", pipe.toString()));
      held.addAll(argv);
      return held;
    }

    void letGo() {
      try {
        end.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      letGo();
      try {
        Files.deleteIfExists(pipe);
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<String> shell(String script, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", script, "sh"));
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

  private static String token() {
    return "ffs-" + UUID.randomUUID();
  }

  private static RuntimeException unwrapped(Exception wrapper) {
    return wrapper.getCause() instanceof ExecutorException failure
        ? failure
        : new IllegalStateException(wrapper);
  }

  private static void inThread(Runnable task) {
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
