package dev.ffs.exec.process;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ProcessDestroyer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands as processes of this machine.
 *
 * <p>What {@link dev.ffs.exec.Executor#run} promises, with these limits. Of the processes that a
 * command started, cancellation and timeout find its descendants and those whose standard output or
 * error is still the command's; a daemon that has left its parent and closed both is found only by
 * a PID namespace around the command. A process of another user (one run by sudo) can not be ended,
 * which is an error.
 *
 * <p>Each process is started by a thread that lives as long as it does, so a program that asks to
 * die with its parent (PR_SET_PDEATHSIG) does not die before.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class ProcessRunner {

  private static final int TERMINATED = 128 + 15;

  private final Duration grace;
  private final Duration patience;

  /** Makes a runner that lets 2 seconds pass between TERM and KILL. */
  public ProcessRunner() {
    this(Duration.ofSeconds(2), Duration.ofSeconds(10));
  }

  /**
   * Makes a runner.
   *
   * @param grace how long after TERM comes KILL
   * @param patience how long after the first KILL what is left is an error
   */
  ProcessRunner(Duration grace, Duration patience) {
    this.grace = grace;
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
    return run(command, ProcessRunner::close, sink, cancellation);
  }

  /**
   * Runs a command that its caller talks to, and waits for its end.
   *
   * @param command what to run
   * @param input is given the stream to the command's standard input as soon as it runs, and may
   *     keep it; until that is closed, the command waits when it reads. It must not block. When the
   *     command has ended, the stream is closed
   * @param sink takes the output
   * @param cancellation ends the command
   * @return how it ended
   * @throws ExecutorException if it could not be run or watched to its end
   */
  public ExitStatus run(
      Command command, Consumer<OutputStream> input, OutputSink sink, Cancellation cancellation) {
    return run(command, input, null, sink, cancellation);
  }

  /**
   * Runs a command whose standard output is no text, and waits for its end.
   *
   * @param command what to run
   * @param input is given the stream to the command's standard input, as by {@link #run(Command,
   *     Consumer, OutputSink, Cancellation)}
   * @param output takes standard output as it is, in the order it comes; while it blocks, so does
   *     standard error. It is not closed. What it throws is treated as what the sink throws: the
   *     command runs on, and it is told in the end
   * @param sink takes standard error
   * @param cancellation ends the command
   * @return how it ended
   * @throws ExecutorException if it could not be run or watched to its end
   */
  public ExitStatus runForBytes(
      Command command,
      Consumer<OutputStream> input,
      OutputStream output,
      OutputSink sink,
      Cancellation cancellation) {
    return run(command, input, output, sink, cancellation);
  }

  private ExitStatus run(
      Command command,
      Consumer<OutputStream> input,
      @Nullable OutputStream output,
      OutputSink sink,
      Cancellation cancellation) {
    NativeText.check(command);
    if (cancellation.isCancelled()) {
      return new ExitStatus(TERMINATED, End.CANCELLED);
    }
    OutputPumps pumps = new OutputPumps(input, output, sink);
    ExitStatus status = new Run(command, pumps).await(cancellation);
    Throwable sinkFailure = pumps.sinkFailure();
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

  /** One process, from start to end. */
  private final class Run implements ProcessDestroyer {
    private final CommandLine commandLine;
    private final DefaultExecutor executor;
    private final Command command;

    // Why it ends: the first who says so is right.
    private final CompletableFuture<End> reason = new CompletableFuture<>();
    private final CompletableFuture<ProcessTree> started = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    Run(Command command, OutputPumps pumps) {
      this.command = command;
      commandLine = new ExactCommandLine(Programs.find(command), command);
      executor =
          DefaultExecutor.builder()
              .setExecuteStreamHandler(pumps)
              .setWorkingDirectory(Programs.directory(command))
              .get();
      executor.setExitValues(null); // No exit code is an exception.
      executor.setProcessDestroyer(this);
    }

    ExitStatus await(Cancellation cancellation) {
      CompletableFuture<Void> gone =
          reason.thenCompose(
              end ->
                  end == End.EXITED
                      ? CompletableFuture.completedFuture(null)
                      : started.thenAcceptAsync(
                          tree -> tree.end(grace, patience), ProcessRunner::inThread));
      // If the process itself will not go, its exit code never comes.
      gone.exceptionally(
          e -> {
            code.completeExceptionally(e);
            return null;
          });
      boolean interrupted = false;
      Cancellation.Registration registration =
          cancellation.onCancel(() -> reason.complete(End.CANCELLED));
      try {
        if (command.timeout() != null) {
          reason.completeOnTimeout(
              End.TIMED_OUT, TimeUnit.NANOSECONDS.convert(command.timeout()), TimeUnit.NANOSECONDS);
        }
        inThread(this::execute);
        while (true) {
          try {
            int exitCode = code.get();
            reason.complete(End.EXITED);
            gone.join();
            return new ExitStatus(exitCode, reason.join());
          } catch (InterruptedException e) {
            interrupted = true;
            reason.complete(End.CANCELLED);
          }
        }
      } catch (ExecutionException | CompletionException e) {
        throw unwrapped(e);
      } finally {
        registration.close();
        reason.complete(End.EXITED);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private void execute() {
      try {
        code.complete(executor.execute(commandLine, command.environment()));
      } catch (IOException e) {
        String program = command.argv().get(0);
        code.completeExceptionally(
            started.isDone()
                ? new ExecutorException(
                    Reason.TRANSPORT_LOST,
                    "the output of " + program + " could not be read: " + e.getMessage(),
                    e)
                : new ExecutorException(
                    Reason.NOT_STARTED, "cannot start " + program + ": " + e.getMessage(), e));
      } catch (RuntimeException | Error e) {
        code.completeExceptionally(e);
      }
    }

    @Override
    public boolean add(Process process) {
      return started.complete(new ProcessTree(process.toHandle()));
    }

    @Override
    public boolean remove(Process process) {
      return true;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  /** Passes everything on as it is; the original trims the program and turns its backslashes. */
  private static final class ExactCommandLine extends CommandLine {
    private final String[] argv;

    ExactCommandLine(String program, Command command) {
      super(program);
      argv = command.argv().toArray(new String[0]);
      argv[0] = program;
    }

    @Override
    public String[] toStrings() {
      return argv.clone();
    }
  }

  private static void close(OutputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RuntimeException unwrapped(Exception wrapper) {
    Throwable cause = wrapper;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException || cause instanceof CompletionException)) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }

  private static void inThread(Runnable task) {
    Thread thread = new Thread(task, "ffs-process");
    thread.setDaemon(true);
    thread.start();
  }
}
