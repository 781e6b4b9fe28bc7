package dev.ffs.examples.cli;

import dev.ffs.exec.Cancellation;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Work that a user watches and may stop: keeps the console up to date, and turns the end of this
 * process (^C, TERM, HUP) into a cancellation.
 */
final class Attended {

  /** How long the end of this process waits for the work to stop. */
  // Longer than an executor takes to give up what it cannot end, for it says more about that.
  private static final Duration PATIENCE = Duration.ofSeconds(75);

  private static final int TICK_MILLIS = 200;

  /** The work. */
  interface Work {

    /**
     * Does it.
     *
     * @param console is to be told how it goes
     * @param cancellation stops it
     * @return how it ended
     */
    Ended run(Console console, Cancellation cancellation);
  }

  /**
   * How it ended.
   *
   * @param exitCode one of {@link ExitCode}
   * @param lines what is said about it: a result if the code is 0, else an error
   */
  record Ended(int exitCode, List<String> lines) {}

  private Attended() {}

  /**
   * Does the work and says how it ended.
   *
   * @param surroundings where lines go
   * @param display how progress is shown
   * @param again the command that goes on after an interruption
   * @param work what to do
   * @return the exit code
   */
  static int run(Surroundings surroundings, DisplayOptions display, String again, Work work) {
    Console console = new Console(display.display(surroundings), System::nanoTime);
    Cancellation cancellation = new Cancellation();
    CountDownLatch over = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> interrupt(surroundings.err(), cancellation, over, PATIENCE), "ffs-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Ended ended;
      ScheduledExecutorService ticks = ticks(console);
      try {
        ended = work.run(console, cancellation);
      } catch (RuntimeException e) {
        if (!cancellation.isCancelled()) {
          throw e;
        }
        ended = new Ended(ExitCode.INTERRUPTED, Report.stopped(again));
      } finally {
        ticks.shutdown();
        console.close();
      }
      ended.lines().forEach(printer(surroundings, ended.exitCode())::println);
      return ended.exitCode();
    } finally {
      over.countDown();
      remove(hook);
    }
  }

  private static PrintStream printer(Surroundings surroundings, int exitCode) {
    return exitCode == ExitCode.OK ? surroundings.out() : surroundings.err();
  }

  private static ScheduledExecutorService ticks(Console console) {
    ScheduledExecutorService ticks =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "ffs-console");
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        ticks.scheduleWithFixedDelay(
            console::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return ticks;
  }

  /** Stops the work and waits for its end, but not for ever, whatever it is at. */
  static void interrupt(
      PrintStream err, Cancellation cancellation, CountDownLatch over, Duration patience) {
    // Whoever is told of it may be stuck as well.
    Thread cancelling = new Thread(cancellation::cancel, "ffs-cancel");
    cancelling.setDaemon(true);
    cancelling.start();
    try {
      // When this thread ends, the process does, whatever the others were about to print.
      if (!over.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        err.println(
            "ffs: the build has not stopped after " + patience.toSeconds() + " s; giving up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook has just been let go.
    }
  }
}
