package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.lxd.LxdClient;
import dev.ffs.exec.lxd.LxdContainer;
import dev.ffs.exec.lxd.LxdException;
import dev.ffs.exec.lxd.LxdExecutor;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, building in a real LXD, which {@code .ci/lxd-setup} sets up. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LxdBuildIT {

  private static final String SLEEP = "sleep 3131";

  @TempDir Path temp;

  private final LxdClient client = new LxdClient(null);
  private final String user = "test" + UUID.randomUUID().toString().substring(0, 8);
  private final String container = "ffs-" + user + "-x86-64bit-hello-test";
  private Command command;

  @BeforeEach
  void setUp() throws Exception {
    requireLxd();
    command = new Command(temp.toRealPath(), Map.of("USER", user));
  }

  private void requireLxd() {
    String problem = "";
    try {
      if (client.image("funtoo-fchroot").isEmpty()) {
        problem = "LXD has no image funtoo-fchroot";
      }
    } catch (LxdException e) {
      problem = e.getMessage();
    }
    if (!problem.isEmpty() && "true".equals(System.getenv("CI"))) {
      fail("in CI nothing may be missing: " + problem);
    }
    assumeTrue(problem.isEmpty(), problem + "; .ci/lxd-setup sets it up");
  }

  @AfterEach
  void leaveNothingBehind() {
    command.close();
    client.container(container).ifPresent(client::delete);
    client.images(container + "-").forEach(image -> client.deleteImage(image.fingerprint()));
  }

  private String build(int exitCode, String... words) throws Exception {
    Process process = command.start(words);
    String said = Command.read(process.getInputStream());
    String error = Command.read(process.getErrorStream());
    assertThat(process.waitFor()).as(said + error).isEqualTo(exitCode);
    return said + error;
  }

  private LxdContainer.Status status() {
    return client.container(container).orElseThrow().status();
  }

  /** Runs a command in the container and returns what it prints. */
  private List<String> inside(String... words) {
    LxdContainer running = client.start(client.container(container).orElseThrow());
    List<String> lines = new ArrayList<>();
    try (LxdExecutor executor = new LxdExecutor(running)) {
      executor.run(
          dev.ffs.exec.Command.of(words), (channel, line) -> lines.add(line), new Cancellation());
    }
    return lines;
  }

  @Test
  void theOldCommandBuildsInAContainerThatStaysStoppedAndKeptByPhases() throws Exception {
    String said = build(ExitCode.OK, "hello", "x86-64bit");

    assertThat(said)
        .contains("[2/2] greet/world  ")
        .contains("phase greet: kept as " + container + "-greet\n");
    assertThat(status()).isEqualTo(LxdContainer.Status.STOPPED);
    byte[] inContainer = Files.readAllBytes(temp.resolve("out/hello-x86-64bit.tar.xz"));
    Files.delete(temp.resolve("out/hello-x86-64bit.tar.xz"));
    build(ExitCode.OK, "build", "hello", "x86-64bit", "--store", temp.resolve("here").toString());
    assertThat(temp.resolve("out/hello-x86-64bit.tar.xz")).hasBinaryContent(inContainer);
  }

  @Test
  void aBuildGoesOnFromItsSnapshotAlsoWithAnotherStore() throws Exception {
    build(ExitCode.OK, "hello", "x86-64bit");
    String other = temp.resolve("other store").toString();

    String said = build(ExitCode.OK, "hello", "x86-64bit", "--resume=latest", "--store", other);

    assertThat(said)
        .startsWith("Going on from snapshot " + container + "-greet.\n")
        .contains("[1/2] greet/hello  reused")
        .contains("[2/2] greet/world  reused")
        .doesNotContain(": kept as ");
  }

  @Test
  void aStaleSnapshotIsRefusedWithTheReason() throws Exception {
    build(ExitCode.OK, "hello", "x86-64bit");
    command.secondStep("echo changed");

    assertThat(build(ExitCode.USAGE, "hello", "x86-64bit", "--resume=greet"))
        .startsWith("ffs: snapshot " + container + "-greet cannot be gone on from: what its phase");
    assertThat(build(ExitCode.OK, "hello", "x86-64bit", "--resume=latest"))
        .startsWith("Snapshot " + container + "-greet is not gone on from: what its phase")
        .contains("[1/2] greet/hello  reused");
  }

  @Test
  void deletedSnapshotsAreGone() throws Exception {
    build(ExitCode.OK, "hello", "x86-64bit");
    command.secondStep("exit 3");
    build(ExitCode.BUILD_FAILED, "hello", "x86-64bit", "--delete-snapshots");

    assertThat(client.images(container + "-")).isEmpty();
  }

  @Test
  void aStepThatFailsCanBeLookedInto() throws Exception {
    command.secondStep("echo halfway >\"$FFS_SYSROOT/usr/share/half\"; exit 7");
    String error = build(ExitCode.BUILD_FAILED, "hello", "x86-64bit");

    assertThat(error)
        .contains("greet/world failed: exit code 7\n")
        .contains("look inside:  ./ffs shell hello x86-64bit greet/world --executor lxd\n")
        .contains("go on:        ./ffs build hello x86-64bit --executor lxd\n");
    assertThat(inside("/bin/ls", "/root/ffs-repo/failed")).containsExactly("greet-world");

    command.goodStep();
    assertThat(build(ExitCode.OK, "hello", "x86-64bit", "--resume=none"))
        .contains("[1/2] greet/hello  reused");
  }

  @Test
  void interruptionLeavesNoProcessAndNoMountAndTheNextBuildGoesOn() throws Exception {
    command.secondStep(SLEEP);
    Process build = command.start("hello", "x86-64bit");
    try (BufferedReader lines = build.inputReader()) {
      Command.await(lines, "[1/2]");
      awaitSleepInside();
      Command.interrupt(build);
    }

    assertThat(build.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(Command.read(build.getErrorStream())).startsWith("Stopped. What was finished");
    assertThat(status()).isEqualTo(LxdContainer.Status.STOPPED);
    assertThat(inside("/bin/sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
        .noneMatch(line -> line.contains("3131"));
    assertThat(inside("/bin/cat", "/proc/mounts")).noneMatch(line -> line.contains("ffs-repo"));
    assertThat(inside("/bin/ls", "/root/ffs-repo/running")).isEmpty();

    command.goodStep();
    assertThat(build(ExitCode.OK, "hello", "x86-64bit")).contains("[1/2] greet/hello  reused");
  }

  private void awaitSleepInside() throws Exception {
    Instant end = Instant.now().plus(Duration.ofSeconds(90));
    while (Instant.now().isBefore(end)) {
      if (inside("/bin/sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").stream()
          .anyMatch(line -> line.contains(SLEEP))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("the second step does not run");
  }

  @Test
  void aSecondBuildOfTheSameIsRefusedWhileTheFirstIsAtWork() throws Exception {
    command.secondStep(SLEEP);
    Process first = command.start("hello", "x86-64bit");
    try (BufferedReader lines = first.inputReader()) {
      Command.await(lines, "[1/2]");
      assertThat(build(ExitCode.HOST_LACKS, "hello", "x86-64bit"))
          .contains(
              "ffs: another build, or a shell, is in the container " + container + ": process ");
      // Nor does a shell end it.
      assertThat(
              build(
                  ExitCode.HOST_LACKS,
                  "shell",
                  "hello",
                  "x86-64bit",
                  "greet/hello",
                  "--executor=lxd",
                  "--store=" + temp.resolve("other")))
          .contains("ffs: another build, or a shell, is in the container ");
      assertThat(first.isAlive()).isTrue();
      Command.interrupt(first);
    }
  }

  @Test
  void aContainerThatIsStoppedFromOutsideEndsTheBuildWithAnErrorThatSaysSo() throws Exception {
    command.secondStep(SLEEP);
    Process build = command.start("hello", "x86-64bit");
    try (BufferedReader lines = build.inputReader()) {
      Command.await(lines, "[1/2]");
      awaitSleepInside();
      new ProcessBuilder("lxc", "stop", "--force", container).start().waitFor();
      assertThat(build.waitFor(90, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(build.exitValue()).isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(Command.read(build.getErrorStream()))
        .contains("the container was stopped")
        .endsWith("  go on:        ./ffs build hello x86-64bit --executor lxd\n");

    command.goodStep();
    assertThat(build(ExitCode.OK, "hello", "x86-64bit")).contains("[1/2] greet/hello  reused");
  }

  @Test
  void anImageThatIsNotThereIsNamedAtOnce() throws Exception {
    build(ExitCode.OK, "hello", "x86-64bit");
    try (Command other =
        new Command(
            Files.createDirectory(temp.resolve("other")),
            Map.of("USER", user, "LXD_FFS_SOURCE_IMAGE", "no-such-image"))) {
      Process build = other.start("hello", "x86-64bit");
      String error = Command.read(build.getErrorStream());
      assertThat(build.waitFor()).isEqualTo(ExitCode.HOST_LACKS);
      assertThat(error).contains("there is no image no-such-image");
    }
    // What the build before left is still there to look into.
    assertThat(client.container(container)).isPresent();
  }
}
