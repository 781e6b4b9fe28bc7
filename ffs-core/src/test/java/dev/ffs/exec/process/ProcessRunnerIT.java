package dev.ffs.exec.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ExecutorContract cannot ask of every executor. */
@Timeout(60)
class ProcessRunnerIT {

  private final ProcessRunner runner = new ProcessRunner();
  private final List<String> lines = new ArrayList<>();

  @TempDir private Path directory;

  @Test
  void oddNamesOfProgramsAreRunAsTheyAre() throws IOException {
    for (String name : List.of(" blank ", "back\\slash", "'quote\"", "ü", "a=b")) {
      Path program = script(name, "#!/bin/sh\necho it ran");

      assertThat(run(Command.of(program.toString())).succeeded()).isTrue();
    }
    assertThat(lines).hasSize(5).containsOnly("it ran");
  }

  @Test
  void aRelativeProgramIsThatOfItsDirectory() throws IOException {
    script("configure", "#!/bin/sh\necho here");

    run(Command.of("./configure").withDirectory(directory.toString()));

    assertThat(lines).containsExactly("here");
  }

  @Test
  void itSaysWhyAProgramCannotBeRun() throws IOException {
    Files.writeString(directory.resolve("text"), "");
    String place = directory.toString();

    assertRefused(
        Command.of("./text").withDirectory(place), "cannot run ./text: it is not executable");
    assertRefused(Command.of(place), "cannot run " + place + ": it is a directory");
    assertRefused(Command.of("/no"), "cannot run /no: there is no such file");
    assertRefused(Command.of("no-such"), "cannot run no-such: no such program in /bin:/usr/bin");
    assertRefused(
        Command.of("text").withEnvironment(Map.of("PATH", place)),
        "cannot run text: no such program in " + place);
  }

  private void assertRefused(Command command, String message) {
    assertThatThrownBy(() -> run(command))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(message)
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.PROGRAM_NOT_FOUND);
  }

  @Test
  void aScriptWhoseInterpreterIsMissingIsNotStarted() throws IOException {
    Path program = script("script", "#!/no/such/interpreter");

    assertThatThrownBy(() -> run(Command.of(program.toString())))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot start " + program + ": ")
        .hasMessageContaining("No such file or directory")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.NOT_STARTED);
  }

  @Test
  void anErrorOfTheSinkIsReportedToo() {
    AssertionError failure = new AssertionError("in the sink");

    assertThatThrownBy(
            () ->
                runner.run(
                    Command.of("sh", "-c", "echo a; exit 3"),
                    (channel, line) -> {
                      throw failure;
                    },
                    new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "sh ended (exit code 3), but its output could not be taken:"
                + " java.lang.AssertionError: in the sink")
        .hasCause(failure);
  }

  @Test
  void bytesComeAsTheyAre() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ExitStatus status =
        runner.runForBytes(
            Command.of("sh", "-c", "cat; echo err >&2; printf 'end\\r'"),
            ProcessRunnerIT::writeOddBytes,
            bytes,
            (channel, line) -> lines.add(channel + " " + line),
            new Cancellation());

    assertThat(status.succeeded()).isTrue();
    assertThat(bytes.toByteArray()).containsExactly('a', '\r', 0, -1, '\n', 'e', 'n', 'd', '\r');
    assertThat(lines).containsExactly("STDERR err");
  }

  private static void writeOddBytes(OutputStream input) {
    try (input) {
      input.write(new byte[] {'a', '\r', 0, -1, '\n'});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was written is still in a buffer here when it has ended. */
  @Test
  void inputThatACommandDidNotReadDoesNotHideHowItEnded() {
    ExitStatus status =
        runner.run(
            Command.of("sh", "-c", "exit 3"),
            input -> {
              try {
                input.write('x');
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            (channel, line) -> {},
            new Cancellation());

    assertThat(status).isEqualTo(new ExitStatus(3, End.EXITED));
  }

  @Test
  void bytesThatNobodyTakesAreReportedToo() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no room");
          }
        };

    assertThatThrownBy(
            () ->
                runner.runForBytes(
                    Command.of("sh", "-c", "head -c 1000000 /dev/zero; exit 3"),
                    input -> {},
                    full,
                    (channel, line) -> {},
                    new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "sh ended (exit code 3), but its output could not be taken:"
                + " java.io.IOException: no room")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.SINK);
  }

  @Test
  void whatABackgroundProcessWritesForEverDoesNotDelayTheReturn() {
    AtomicLong count = new AtomicLong();
    List<String> pid = new ArrayList<>();

    ExitStatus status =
        runner.run(
            Command.of("sh", "-c", "yes & echo $! >&2"),
            (channel, line) -> {
              if (line.equals("y")) {
                count.incrementAndGet();
              } else {
                pid.add(line);
              }
            },
            new Cancellation());

    assertThat(status.succeeded()).isTrue();
    long counted = count.get();
    ProcessHandle.of(Long.parseLong(pid.get(0))).ifPresent(ProcessHandle::destroyForcibly);
    assertThat(count).as("nothing comes after the return").hasValue(counted);
  }

  @Test
  void aSlowSinkLosesNothing() {
    // The program ends at once; most of what it wrote is still in the pipe.
    ExitStatus status =
        runner.run(
            Command.of("sh", "-c", "seq 100; exit 4"),
            (channel, line) -> {
              lines.add(line);
              spin(Duration.ofMillis(20));
            },
            new Cancellation());

    assertThat(status.code()).isEqualTo(4);
    assertThat(lines).hasSize(100);
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whatCannotBeEndedIsNamed() {
    // No patience at all: the KILL comes too late to be seen.
    ProcessRunner impatient = new ProcessRunner(Duration.ZERO, Duration.ZERO);
    Cancellation cancellation = new Cancellation();

    assertThatThrownBy(
            () ->
                impatient.run(
                    Command.of("sleep", "1000"),
                    (channel, line) -> {},
                    cancelledSoon(cancellation)))
        .isInstanceOf(ExecutorException.class)
        .hasMessageMatching(
            "these processes do not end, not even by KILL: \\d+ \\(.*\\) of .*;"
                + " end them by hand, as the user they belong to")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.PROCESSES_LEFT);
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
  }

  private static Cancellation cancelledSoon(Cancellation cancellation) {
    Thread thread =
        new Thread(
            () -> {
              while (ProcessHandle.current().children().findAny().isEmpty()) {
                Thread.onSpinWait();
              }
              cancellation.cancel();
            });
    thread.setDaemon(true);
    thread.start();
    return cancellation;
  }

  private Path script(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private ExitStatus run(Command command) {
    return runner.run(command, (channel, line) -> lines.add(line), new Cancellation());
  }
}
