package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, building for real. */
@Timeout(120)
class BuildIT {

  private static final String SLEEP = "sleep 4242";

  @TempDir Path temp;

  private Command command;

  @BeforeEach
  void copyRecipe() throws IOException {
    command = new Command(temp, Map.of());
  }

  @AfterEach
  void leaveNothingRunning() {
    command.close();
  }

  @Test
  void aSecondBuildReusesEverythingAndGivesTheSameBits() throws Exception {
    Process first = command.start("build", "hello", "x86-64bit");
    String said = Command.read(first.getInputStream());

    assertThat(first.waitFor()).as(Command.read(first.getErrorStream())).isEqualTo(ExitCode.OK);
    assertThat(said).contains("[2/2] greet/world  ").contains("2 steps, 0 of them reused\n");

    Path output = temp.resolve("out/hello-x86-64bit.tar.xz");
    byte[] bits = Files.readAllBytes(output);
    Process second = command.start("build", "hello", "x86-64bit");

    assertThat(Command.read(second.getInputStream()))
        .contains("Nothing changed in hello for x86-64bit: 2 steps reused, ");
    assertThat(second.waitFor()).isEqualTo(ExitCode.OK);
    assertThat(output).hasBinaryContent(bits);
  }

  @Test
  void aFailureTellsWhatToTypeAndGoesOnFromThere() throws Exception {
    command.secondStep("echo no luck; exit 7");

    Process failing = command.start("build", "hello", "x86-64bit");
    String said = Command.read(failing.getInputStream());
    String error = Command.read(failing.getErrorStream());

    assertThat(failing.waitFor()).as(error).isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(said).contains("[2/2] greet/world  FAILED after ");
    assertThat(error)
        .startsWith("greet/world failed: exit code 7\n  | no luck\n  whole log:    ")
        .endsWith(
            """
              look inside:  ./ffs shell hello x86-64bit greet/world
              go on:        ./ffs build hello x86-64bit
            """);
    Path log = Path.of(error.lines().toList().get(2).replaceFirst("  whole log: +", ""));
    assertThat(log).content().contains("no luck");

    command.goodStep();
    Process again = command.start("build", "hello", "x86-64bit");

    assertThat(Command.read(again.getInputStream())).contains("[1/2] greet/hello  reused");
    assertThat(again.waitFor()).isEqualTo(ExitCode.OK);
  }

  @Test
  void theShellShowsTheFailedTree() throws Exception {
    // What the step exports itself is not what it begins with.
    command.secondStep(
        """
        echo halfway >"$FFS_SYSROOT/usr/share/half"
                export FFS_SYSROOT=/
                exit 7""");
    command.start("build", "hello", "x86-64bit", "--quiet").waitFor();

    Process shell = command.start("shell", "hello", "x86-64bit", "greet/world");
    try (var in = shell.outputWriter()) {
      in.write("cat /ffs/sysroot/usr/share/half /ffs/sysroot/usr/share/hello\n");
      // As it tells when it opens.
      in.write(". /ffs/sources/FFS/environment.sh; echo in $FFS_SYSROOT; exit 3\n");
    }

    assertThat(Command.read(shell.getInputStream()))
        .contains("halfway\nhello from x86-64bit\nin /ffs/sysroot\n");
    assertThat(Command.read(shell.getErrorStream()))
        .contains("  . /ffs/sources/FFS/environment.sh\n");
    assertThat(shell.waitFor()).isEqualTo(3);
  }

  @Test
  void interruptionStopsEveryProcessAndTellsHowToGoOn() throws Exception {
    command.secondStep(SLEEP);
    Process build = command.start("build", "hello", "x86-64bit");
    List<ProcessHandle> below = awaitSleep(build);

    new ProcessBuilder("kill", "-INT", String.valueOf(build.pid())).start().waitFor();

    assertThat(build.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Command.read(build.getErrorStream()))
        .isEqualTo(
            """
            Stopped. What was finished is kept.
              go on:        ./ffs build hello x86-64bit
            """);
    assertThat(build.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(below).noneMatch(ProcessHandle::isAlive);

    command.goodStep();
    Process again = command.start("build", "hello", "x86-64bit");

    assertThat(Command.read(again.getInputStream())).contains("[1/2] greet/hello  reused");
    assertThat(again.waitFor()).isEqualTo(ExitCode.OK);
  }

  /** Waits until the second step sleeps, and returns all processes of the build. */
  private static List<ProcessHandle> awaitSleep(Process build) throws Exception {
    try (BufferedReader lines = build.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("[1/2]")) {
        line = lines.readLine();
      }
      Instant end = Instant.now().plus(Duration.ofSeconds(60));
      while (Instant.now().isBefore(end)) {
        List<ProcessHandle> below = build.descendants().toList();
        if (below.stream().anyMatch(p -> p.info().commandLine().orElse("").endsWith(SLEEP))) {
          return below;
        }
        build.waitFor(50, TimeUnit.MILLISECONDS);
      }
    }
    throw new AssertionError("the second step does not run");
  }
}
