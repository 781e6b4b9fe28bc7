package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

  private final List<Process> started = new ArrayList<>();
  private Path phase;
  private String good;

  @BeforeEach
  void copyRecipe() throws IOException {
    for (String file :
        List.of("recipe.yaml", "sources.yaml", "phases/greet.yaml", "targets/x86-64bit.yaml")) {
      Path to = temp.resolve("recipes/hello").resolve(file);
      Files.createDirectories(to.getParent());
      Files.copy(Calls.HOME.resolve("recipes/hello").resolve(file), to);
    }
    phase = temp.resolve("recipes/hello/phases/greet.yaml");
    good = Files.readString(phase);
  }

  @AfterEach
  void leaveNothingRunning() {
    started.forEach(Process::destroyForcibly);
  }

  /** Puts another command before what the second step does. */
  private void secondStep(String command) throws IOException {
    Files.writeString(phase, good.replace("        tr ", "        " + command + "\n        tr "));
  }

  private Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    // A shell that starts something in the background has it ignore ^C, and all that it starts.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("-Dffs.home=" + temp, Main.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FFS_STORE", temp.resolve("store").toString());
    Process process = builder.directory(temp.toFile()).start();
    started.add(process);
    return process;
  }

  private static String read(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aSecondBuildReusesEverythingAndGivesTheSameBits() throws Exception {
    Process first = start("build", "hello", "x86-64bit");
    String said = read(first.getInputStream());

    assertThat(first.waitFor()).as(read(first.getErrorStream())).isEqualTo(ExitCode.OK);
    assertThat(said).contains("[2/2] greet/world  ").contains("2 steps, 0 of them reused\n");

    Path output = temp.resolve("out/hello-x86-64bit.tar.xz");
    byte[] bits = Files.readAllBytes(output);
    Process second = start("build", "hello", "x86-64bit");

    assertThat(read(second.getInputStream()))
        .contains("Nothing changed in hello for x86-64bit: 2 steps reused, ");
    assertThat(second.waitFor()).isEqualTo(ExitCode.OK);
    assertThat(output).hasBinaryContent(bits);
  }

  @Test
  void aFailureTellsWhatToTypeAndGoesOnFromThere() throws Exception {
    secondStep("echo no luck; exit 7");

    Process failing = start("build", "hello", "x86-64bit");
    String said = read(failing.getInputStream());
    String error = read(failing.getErrorStream());

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

    Files.writeString(phase, good);
    Process again = start("build", "hello", "x86-64bit");

    assertThat(read(again.getInputStream())).contains("[1/2] greet/hello  reused");
    assertThat(again.waitFor()).isEqualTo(ExitCode.OK);
  }

  @Test
  void theShellShowsTheFailedTree() throws Exception {
    secondStep("echo halfway >\"$FFS_SYSROOT/usr/share/half\"; exit 7");
    start("build", "hello", "x86-64bit", "--quiet").waitFor();

    Process shell = start("shell", "hello", "x86-64bit", "greet/world");
    try (var in = shell.outputWriter()) {
      in.write("cat /ffs/sysroot/usr/share/half /ffs/sysroot/usr/share/hello; exit 3\n");
    }

    assertThat(read(shell.getInputStream())).contains("halfway\nhello from x86-64bit\n");
    assertThat(shell.waitFor()).isEqualTo(3);
  }

  @Test
  void interruptionStopsEveryProcessAndTellsHowToGoOn() throws Exception {
    secondStep(SLEEP);
    Process build = start("build", "hello", "x86-64bit");
    List<ProcessHandle> below = awaitSleep(build);

    new ProcessBuilder("kill", "-INT", String.valueOf(build.pid())).start().waitFor();

    assertThat(build.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(read(build.getErrorStream()))
        .isEqualTo(
            """
            Stopped. What was finished is kept.
              go on:        ./ffs build hello x86-64bit
            """);
    assertThat(build.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(below).noneMatch(ProcessHandle::isAlive);

    Files.writeString(phase, good);
    Process again = start("build", "hello", "x86-64bit");

    assertThat(read(again.getInputStream())).contains("[1/2] greet/hello  reused");
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
