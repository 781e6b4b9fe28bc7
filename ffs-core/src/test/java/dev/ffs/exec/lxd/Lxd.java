package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The machine's own LXD, which {@code .ci/lxd-setup} sets up, and what tests do in its containers.
 */
final class Lxd {

  static final String IMAGE = "funtoo-fchroot";

  static final Map<String, String> PATH = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a command printed. */
  record Result(ExitStatus status, List<String> out, List<String> err) {}

  private Lxd() {}

  /** Skips the test where there is no LXD; in CI, which sets it up, that is a failure. */
  static LxdClient require() {
    LxdClient client = new LxdClient(null);
    String problem = "";
    try {
      if (client.image(IMAGE).isEmpty()) {
        problem = "LXD has no image " + IMAGE;
      }
    } catch (LxdException e) {
      problem = e.getMessage();
    }
    if ("true".equals(System.getenv("CI"))) {
      assertThat(problem).as("in CI nothing may be missing").isEmpty();
    }
    assumeTrue(problem.isEmpty(), problem + "; .ci/lxd-setup sets it up");
    return client;
  }

  /** Returns a name that no other test has. */
  static String name() {
    return "ffs-it-" + UUID.randomUUID();
  }

  static LxdContainer launch(LxdClient client) {
    return client.launch(IMAGE, name(), List.of(), Map.of());
  }

  static Result run(Executor executor, Command command) {
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    ExitStatus status =
        executor.run(
            command,
            (channel, line) -> (channel == Channel.STDOUT ? out : err).add(line),
            new Cancellation());
    return new Result(status, out, err);
  }

  static Command shell(String script) {
    return Command.of("/bin/sh", "-c", script).withEnvironment(PATH);
  }

  /** The processes there that sleep for that long, by their numbers. */
  static List<String> sleepers(Executor executor, int seconds) {
    return run(
            executor,
            shell(
                "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline 2>/dev/null) in"
                    + " 'sleep "
                    + seconds
                    + " ') echo ${p#/proc/};; esac; done"))
        .out();
  }

  /** Waits until something is so; the test fails if it does not come to be. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time: " + what).isLessThan(end);
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
