package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.process.ProcessRunner;
import dev.ffs.script.Shell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client program {@code lxc}: what to call, and what its failures mean to a person. */
final class Lxc {

  /** What a call printed. */
  record Output(ExitStatus status, List<String> out, List<String> err) {

    boolean succeeded() {
      return status.succeeded();
    }

    /** What it complained about, in one line. */
    String complaint() {
      List<String> lines = err.stream().filter(line -> !line.isBlank()).toList();
      return lines.isEmpty() ? "it said nothing, " + status : String.join("; ", lines);
    }
  }

  private static final int MOST_TRIES = 4;
  private static final Duration OTHER_OPERATION = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 250;
  private static final Set<String> REPEATABLE =
      Set.of("list", "info", "image", "config", "query", "delete");
  private static final Set<String> BUSY = Set.of("context deadline exceeded", "database is locked");

  private final String program;
  private final Map<String, String> environment;
  private final Cancellation cancellation;

  /**
   * Makes a caller.
   *
   * @param program name or path of the client
   * @param environment that of this process, of which lxc needs HOME, and for its settings others
   * @param cancellation ends calls
   */
  Lxc(String program, Map<String, String> environment, Cancellation cancellation) {
    this.program = program;
    this.cancellation = cancellation;
    Map<String, String> all = new HashMap<>(environment);
    // It keeps its settings there, and ends at once without.
    all.putIfAbsent("HOME", System.getProperty("user.home"));
    // Its messages are read here, so they are to be those that are known.
    all.put("LC_ALL", "C.UTF-8");
    all.remove("LANGUAGE");
    this.environment = Map.copyOf(all);
  }

  /** Returns a command of this machine. */
  Command command(List<String> arguments, @Nullable Duration timeout) {
    return new Command(argv(arguments), environment, null, timeout);
  }

  /** Returns the environment that lxc gets. */
  Map<String, String> environment() {
    return environment;
  }

  /** Returns program and arguments. */
  List<String> argv(List<String> arguments) {
    List<String> argv = new ArrayList<>(List.of(program));
    argv.addAll(arguments);
    return argv;
  }

  /** Returns a call as a person may type it. */
  String shown(List<String> arguments) {
    return Shell.command(argv(arguments));
  }

  /**
   * Calls it, and leaves it to the caller what to make of its failure.
   *
   * @throws LxdException if there is no lxc, LXD does not answer, or it takes too long
   */
  Output tryCall(Duration timeout, List<String> arguments) {
    Output output = once(timeout, arguments);
    for (int tries = 1; tries < MOST_TRIES && mayTryAgain(arguments, output); tries++) {
      output = once(timeout, arguments);
    }
    long end = System.nanoTime() + OTHER_OPERATION.toNanos();
    while (isRefusedForAnother(output) && System.nanoTime() < end) {
      pause();
      output = once(timeout, arguments);
    }
    return output;
  }

  // LXD says that a container is stopped some time before the operation that stopped it is over,
  // and
  // until then it refuses any other.
  private static boolean isRefusedForAnother(Output output) {
    return !output.succeeded() && output.complaint().contains("Instance is busy running a");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LxdException("interrupted while LXD was busy with a container", e);
    }
  }

  // Where the disk is busy, LXD's database gives up after seconds, and takes back what it had
  // begun.
  private static boolean mayTryAgain(List<String> arguments, Output output) {
    return !output.succeeded()
        && REPEATABLE.contains(arguments.get(0))
        && BUSY.stream().anyMatch(output.complaint()::contains);
  }

  private Output once(Duration timeout, List<String> arguments) {
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    ExitStatus status;
    try {
      status =
          new ProcessRunner()
              .run(
                  command(arguments, timeout),
                  (channel, line) -> (channel == Channel.STDOUT ? out : err).add(line),
                  cancellation);
    } catch (ExecutorException e) {
      throw new LxdException(
          e.reason() == Reason.PROGRAM_NOT_FOUND
              ? missing()
              : "`" + shown(arguments) + "` failed: " + e.getMessage(),
          e);
    }
    Output output = new Output(status, List.copyOf(out), List.copyOf(err));
    switch (status.end()) {
      case CANCELLED -> throw new LxdException("`" + shown(arguments) + "` was cancelled", null);
      case TIMED_OUT ->
          throw new LxdException(
              "`"
                  + shown(arguments)
                  + "` did not end within "
                  + timeout.toSeconds()
                  + " s; `"
                  + shown(List.of("operation", "list"))
                  + "` shows what LXD is doing",
              null);
      default -> {
        String general = generalAdvice(output);
        if (!output.succeeded() && !general.isEmpty()) {
          throw failure(arguments, output, general);
        }
        return output;
      }
    }
  }

  /**
   * Calls it; a failure is an exception.
   *
   * @param advice what to do if it fails
   * @return what it printed
   */
  List<String> call(Duration timeout, String advice, List<String> arguments) {
    Output output = tryCall(timeout, arguments);
    if (!output.succeeded()) {
      throw failure(arguments, output, advice);
    }
    return output.out();
  }

  /** Makes the exception for a call that failed. */
  LxdException failure(List<String> arguments, Output output, String advice) {
    return new LxdException(
        "`" + shown(arguments) + "` failed: " + output.complaint() + "; " + advice, null);
  }

  /** Returns what to do where there is no lxc. */
  String missing() {
    return "there is no "
        + program
        + " here, the client of LXD; install it: `apt install lxd` (Debian), `snap install lxd`"
        + " (Ubuntu and others), `emerge app-containers/lxd` (Funtoo)";
  }

  /** Returns what to do about what has nothing to do with the call itself, or nothing. */
  private static String generalAdvice(Output output) {
    String text = String.join("\n", output.err()).toLowerCase(Locale.ROOT);
    if (text.contains("unix.socket") || text.contains("unix socket")) {
      if (text.contains("permission denied")) {
        return "you may not talk to LXD; `sudo usermod -aG lxd $USER`, then log in again";
      }
      if (text.contains("connect:")) {
        return "LXD's daemon does not run; start it: `systemctl start lxd` (Debian), `snap start"
            + " lxd` (snap), `rc-service lxd start` (Funtoo)";
      }
    }
    if (text.contains("error: the remote \"")) {
      return "`lxc remote list` shows the servers that are known, `lxc remote add NAME ADDRESS` adds"
          + " one";
    }
    return "";
  }
}
