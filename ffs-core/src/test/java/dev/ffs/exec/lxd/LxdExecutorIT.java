package dev.ffs.exec.lxd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is true of this executor above the contract, which is tested in the test kit's module. */
@Timeout(300)
class LxdExecutorIT {

  // A tree of which one part has left its parent and closed its output.
  private static final String DETACHED =
      "setsid sleep 4321 >/dev/null 2>&1 & echo running; sleep 4321";

  private static LxdClient client;
  private static LxdContainer container;

  @TempDir Path here;
  private LxdExecutor executor;

  @BeforeAll
  static void launch() {
    client = Lxd.require();
    container = Lxd.launch(client);
  }

  @AfterAll
  static void delete() {
    if (container != null) {
      client.delete(container);
    }
  }

  @BeforeEach
  void start() {
    client.start(container);
    executor = new LxdExecutor(container);
  }

  // How a way is lost

  @Test
  void aContainerThatIsStoppedIsTold() {
    ExecutorException lost = lose(() -> client.stop(container));

    assertThat(lost.reason()).isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(lost)
        .hasMessageStartingWith(
            "cannot run /bin/sh in the container " + container + ": the way there was lost (")
        .hasMessageEndingWith(
            "; the container was stopped; `lxc start "
                + container
                + "` starts it, as the next build does");
    assertThatThrownBy(() -> Lxd.run(executor, Command.of("true")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("Error: Instance is not running")
        .hasMessageContaining("the container was stopped");
  }

  @Test
  void aClientThatIsKilledLeavesNothingRunning() {
    ExecutorException lost = lose(LxdExecutorIT::killClient);

    assertThat(lost.reason()).isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(lost)
        .hasMessageContaining("(its client: signal 9")
        .hasMessageEndingWith(
            "the container runs, so lxc was ended, or its connection to LXD was cut; run the build"
                + " again");
    Lxd.await("all that it had started ends", () -> Lxd.sleepers(executor, 4321).isEmpty());
  }

  @Test
  void aJvmThatIsKilledLeavesNothingRunning() throws Exception {
    Process jvm =
        new ProcessBuilder(Jvm.command(RunMain.class, container.name(), DETACHED))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), UTF_8))) {
      assertThat(output.readLine()).isEqualTo("running");
      assertThat(Lxd.sleepers(executor, 4321)).hasSize(2);
    } finally {
      jvm.destroyForcibly().waitFor();
    }

    Lxd.await("all that it had started ends", () -> Lxd.sleepers(executor, 4321).isEmpty());
  }

  @Test
  void exitCodesLikeThoseOfALostClientAreTheCommandsOwn() {
    for (int code : List.of(1, 129, 137, 143, 255)) {
      assertThat(Lxd.run(executor, Lxd.shell("exit " + code)).status())
          .isEqualTo(new ExitStatus(code, End.EXITED));
    }
  }

  /** At ^C the terminal sends it to all of the group, and so to lxc, which passes it on. */
  @Test
  void whatTheTerminalTellsTheClientDoesNotReachTheCommand() {
    List<String> lines = new ArrayList<>();

    ExitStatus status =
        executor.run(
            Lxd.shell("echo running; sleep 2; echo on"),
            (channel, line) -> {
              lines.add(line);
              clients().forEach(lxc -> signal(lxc, "INT"));
            },
            new Cancellation());

    assertThat(lines).containsExactly("running", "on");
    assertThat(status.succeeded()).isTrue();
  }

  private static void signal(ProcessHandle process, String signal) {
    try {
      assertThat(Tools.run(Path.of("/"), "kill", "-" + signal, Long.toString(process.pid())).code())
          .isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private ExecutorException lose(Runnable breakIt) {
    return catchThrowableOfType(
        ExecutorException.class,
        () ->
            executor.run(
                Lxd.shell(DETACHED), (channel, line) -> breakIt.run(), new Cancellation()));
  }

  private static void killClient() {
    assertThat(clients()).hasSize(1).allMatch(ProcessHandle::destroyForcibly);
  }

  private static List<ProcessHandle> clients() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/lxc"))
        .toList();
  }

  // What LXD loses by itself

  @Test
  void whatIsWrittenRightBeforeTheEndArrives() {
    for (int i = 0; i < 100; i++) {
      Lxd.Result result = Lxd.run(executor, Lxd.shell("echo out; echo err >&2; exit 3"));

      assertThat(result.out()).containsExactly("out");
      assertThat(result.err()).containsExactly("err");
      assertThat(result.status().code()).isEqualTo(3);
    }
  }

  @Test
  void aCommandMayListTheScriptAboveIt() {
    Lxd.Result result =
        Lxd.run(executor, Lxd.shell("for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/cmdline; done"));

    assertThat(result.status().succeeded()).isTrue();
    assertThat(result.out())
        .contains("ffs-remote")
        .anyMatch(line -> line.matches("ffs-[-0-9a-f]+"));
  }

  // What a command sees

  @Test
  void itIsRootInTheRootDirectoryAndIgnoresNoSignals() {
    assertThat(
            Lxd.run(
                    executor,
                    Lxd.shell(
                        "pwd; id -u; umask; grep ^SigIgn /proc/self/status; ls /proc/self/fd"))
                .out())
        .containsExactly("/", "0", "0022", "SigIgn:\t0000000000000000", "0", "1", "2", "3");
  }

  @Test
  void aProgramWithAnEqualsSignIsRefused() {
    assertThatThrownBy(() -> Lxd.run(executor, Command.of("/tmp/a=b")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot run /tmp/a=b: env would take it for a variable")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.NOT_STARTED);
  }

  @Test
  void whatCannotBeRunSaysWhy() {
    assertThatThrownBy(() -> Lxd.run(executor, Command.of("/etc")))
        .hasMessage("cannot run /etc in the container " + container + ": it is a directory");
    assertThatThrownBy(() -> Lxd.run(executor, Command.of("/etc/passwd")))
        .hasMessage(
            "cannot run /etc/passwd in the container " + container + ": it is not executable");
    assertThatThrownBy(
            () -> Lxd.run(executor, Command.of("none").withEnvironment(Map.of("PATH", "/a:/b"))))
        .hasMessage(
            "cannot run none in the container " + container + ": it is not in its PATH (/a:/b)");
  }

  // Files

  @Test
  void aCopyThatFailsSaysWhy() throws Exception {
    Path file = Files.writeString(here.resolve("file"), "text");

    assertThatThrownBy(() -> executor.push(file, "/proc/file"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith(
            "cannot copy " + file + " to /proc/file in the container " + container + ": ")
        .hasMessageContaining("file: Cannot open: No such file or directory")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThatThrownBy(() -> executor.pull("/etc/hostname", Path.of("/proc/file")))
        .hasMessageStartingWith(
            "cannot copy /etc/hostname in the container " + container + " to /proc/file: ");
    assertThatThrownBy(() -> executor.push(file, "/etc"))
        .hasMessageContaining("etc: Cannot open: File exists");
  }

  @Test
  void whatIsCopiedBelongsToRootThere() throws Exception {
    Path file = Files.writeString(here.resolve("file"), "text");
    Files.setAttribute(file, "unix:uid", 4711);

    executor.push(here, "/tmp/owner");

    assertThat(Lxd.run(executor, Command.of("stat", "-c", "%u:%g", "/tmp/owner/file")).out())
        .containsExactly("0:0");
  }

  @Test
  void aCopyOverALostWayIsToldSo() {
    client.stop(container);

    assertThatThrownBy(() -> executor.push(here, "/tmp/x"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("Error: Instance is not running")
        .hasMessageContaining("; the container was stopped; `lxc start ")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  // Many at once

  /** Under load lxc now and then does not end by itself. */
  @Test
  void manyCopiesAtOnceAreWholeAndEnd() throws Exception {
    Path file = here.resolve("file");
    Files.write(file, new byte[200_000]);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Long>> mismatches = new ArrayList<>();

    for (int i = 0; i < 60; i++) {
      String name = "copy" + i;
      mismatches.add(
          threads.submit(
              () -> {
                executor.push(file, "/tmp/many/" + name);
                executor.pull("/tmp/many/" + name, here.resolve(name));
                return Files.mismatch(file, here.resolve(name));
              }));
    }

    threads.shutdown();
    assertThat(mismatches).allSatisfy(mismatch -> assertThat(mismatch.get()).isEqualTo(-1));
  }

  @Test
  void cancellationEndsOnlyItsOwnCommand() throws Exception {
    Cancellation ofOther = new Cancellation();
    CountDownLatch otherRuns = new CountDownLatch(1);
    CompletableFuture<ExitStatus> other =
        CompletableFuture.supplyAsync(
            () ->
                executor.run(
                    Lxd.shell("sleep 1234 & echo; wait"),
                    (channel, line) -> otherRuns.countDown(),
                    ofOther),
            task -> new Thread(task).start());
    assertThat(otherRuns.await(60, TimeUnit.SECONDS)).isTrue();
    Cancellation cancellation = new Cancellation();

    ExitStatus status =
        executor.run(
            Lxd.shell("sleep 4321 & echo; wait"),
            (channel, line) -> cancellation.cancel(),
            cancellation);

    assertThat(status).isEqualTo(new ExitStatus(143, End.CANCELLED));
    assertThat(Lxd.sleepers(executor, 4321)).isEmpty();
    assertThat(Lxd.sleepers(executor, 1234)).hasSize(1);
    ofOther.cancel();
    assertThat(other.get(60, TimeUnit.SECONDS)).isEqualTo(new ExitStatus(143, End.CANCELLED));
  }
}
