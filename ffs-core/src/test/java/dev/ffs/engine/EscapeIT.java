package dev.ffs.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.engine.Enclosed.Kind;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that try to get out of their enclosure, as root and as an ordinary user. */
@Tag("escape")
@Timeout(60)
class EscapeIT {

  private static final String KINDS = "dev.ffs.engine.Enclosed$Kind#all";

  @TempDir static Path tools;
  private static Path probe;

  @TempDir Path directory;

  @BeforeAll
  static void compile() throws Exception {
    Builds.requireEnclosure();
    Tools.require("cc");
    probe = Enclosed.compileProbe(tools);
  }

  @BeforeEach
  void requireTools() {
    Tools.require("busybox");
  }

  private Enclosed step(Kind kind) throws IOException, InterruptedException {
    return new Enclosed(directory, kind).probe(probe);
  }

  /** One attempt a line; an attempt that ends the shell would hide those behind it. */
  private static String attempts(String... attempts) {
    StringBuilder script = new StringBuilder();
    for (String attempt : attempts) {
      script.append("$probe ").append(attempt).append('\n');
    }
    return script.toString();
  }

  /** What is there of the host's, and must not be there of a step's. */
  @ParameterizedTest
  @MethodSource(KINDS)
  void theHostsFilesAreNotThere(Kind kind) throws Exception {
    Path marker = Files.writeString(directory.resolve("marker"), "of the host");
    List<String> paths =
        Stream.of(
                "/home",
                "/root",
                "/var",
                "/run",
                "/sys",
                "/mnt",
                "/boot",
                "/opt",
                "/etc/shadow",
                "/etc/hostname",
                marker.toString(),
                "/ffs/old/usr",
                "/dev/tty",
                "/dev/kmsg",
                "/dev/mem")
            .toList();

    List<String> lines =
        step(kind).lines(attempts(paths.stream().map(p -> "read " + p).toArray(String[]::new)));

    assertThat(lines).hasSameSizeAs(paths).allMatch(l -> l.endsWith(": No such file or directory"));
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void onlyTheStepsOwnRootIsMounted(Kind kind) throws Exception {
    List<String> mounts = step(kind).lines("cat /proc/self/mountinfo");

    List<String> points = mounts.stream().map(line -> line.split(" ")[4]).toList();
    List<String> expected =
        new ArrayList<>(List.of("/", "/proc", "/tmp", "/dev/shm", "/build/escape"));
    for (String device : List.of("null", "zero", "full", "random", "urandom")) {
      expected.add("/dev/" + device);
    }
    expected.addAll(
        kind.isHost()
            ? List.of("/ffs/sysroot", "/usr")
            : List.of("/dev", "/build", "/ffs", "/ffs/sources"));
    assertThat(points).containsAll(expected);
    assertThat(points)
        .filteredOn(point -> !expected.contains(point))
        .allMatch(
            point ->
                kind.isHost()
                    && point.matches(
                        "/(usr/.*|etc/(alternatives|env.d|ld.so.*)|s?bin|lib\\w*)(/.*)?"));
    List<String> writable =
        mounts.stream()
            .filter(line -> line.split(" ")[5].startsWith("rw"))
            .map(line -> line.split(" ")[4])
            .toList();
    assertThat(writable)
        .containsExactlyInAnyOrder(
            "/tmp", "/dev/shm", "/build/escape", kind.isHost() ? "/ffs/sysroot" : "/");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void mountsCanNeitherBeMadeWritableNorTakenAway(Kind kind) throws Exception {
    List<String> points =
        kind.isHost()
            ? List.of("/", "/usr", "/usr/local", "/proc", "/dev/null")
            : List.of("/proc", "/dev", "/dev/null", "/ffs", "/ffs/sources");
    List<String> attempts = new ArrayList<>();
    for (String point : points) {
      attempts.addAll(List.of("remount " + point, "nested-remount " + point, "unmount " + point));
    }

    List<String> lines = step(kind).lines(attempts(attempts.toArray(String[]::new)));

    assertThat(lines)
        .hasSameSizeAs(attempts)
        .allMatch(
            line ->
                line.startsWith("unmount")
                    ? line.endsWith(": Invalid argument")
                    : line.endsWith(": Operation not permitted"));
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void theHostIsNotWritten(Kind kind) throws Exception {
    List<String> lines =
        step(kind)
            .lines(
                attempts(
                        "create /usr/new",
                        "create /dev/new",
                        "create /proc/new",
                        "chmod /dev/null",
                        "chmod /proc/self/fd/0",
                        "write /proc/sys/kernel/core_pattern",
                        "write /proc/sys/kernel/pid_max",
                        "write /proc/sysrq-trigger",
                        "write /proc/1/oom_score_adj",
                        "mount sysfs",
                        "mount proc",
                        "mount debugfs",
                        "mount securityfs")
                    + "echo discarded >/dev/null");

    assertThat(lines).hasSize(13).noneMatch(line -> line.endsWith(": done"));
    assertThat(Path.of("/usr/new")).doesNotExist();
    assertThat(Path.of("/dev/new")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void changingTheRootDoesNotLeadOut(Kind kind) throws Exception {
    Path marker = Files.writeString(directory.resolve("marker"), "of the host");

    assertThat(
            step(kind)
                .lines(
                    attempts(
                        "leave-chroot " + marker,
                        "leave-chroot /ffs/build.sh",
                        "handle /build/escape",
                        "handle /tmp",
                        "join /proc/1/ns/mnt",
                        "read /proc/1/root",
                        "read /proc/1/fd/0")))
        .satisfiesExactly(
            line -> assertThat(line).endsWith(": No such file or directory"),
            line -> assertThat(line).as("it got as far as it can").endsWith(": done"),
            line -> assertThat(line).endsWith(": Operation not permitted"),
            line -> assertThat(line).endsWith(": Operation not permitted"),
            line -> assertThat(line).endsWith(": Bad file descriptor"),
            line -> assertThat(line).endsWith(": Permission denied"),
            line -> assertThat(line).endsWith(": Permission denied"));
  }

  /** Without this, the test above could not fail. */
  @Test
  void theProbeLeavesAPlainChroot() throws Exception {
    Path marker = Files.writeString(directory.resolve("marker"), "of the host");
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createDirectory(root.resolve("tmp"));
    Files.copy(probe, root.resolve("probe"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);

    Tools.Result result =
        Tools.run(
            directory,
            "unshare",
            "-Urm",
            "env",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "chroot",
            root.toString(),
            "/probe",
            "leave-chroot",
            marker.toString());

    assertThat(result.output()).isEqualTo("leave-chroot " + marker + ": done\n");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void theHostsProcessesAreOutOfReach(Kind kind) throws Exception {
    List<String> lines =
        step(kind)
            .lines(
                "echo /proc/[0-9]*\n"
                    + attempts("trace 1", "kill 1", "kill " + ProcessHandle.current().pid()));

    assertThat(lines.get(0).split(" ")).hasSizeLessThanOrEqualTo(2).startsWith("/proc/1");
    assertThat(lines.subList(1, 4))
        .containsExactly(
            "trace 1: Operation not permitted",
            // The kernel says yes, and does not do it.
            "kill 1: done",
            "kill %d: No such process".formatted(ProcessHandle.current().pid()));
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void aSignalToTheProcessGroupDoesNotHitTheCaller(Kind kind) throws Exception {
    // The caller's shell lives to tell the exit code.
    assertThat(step(kind).run("$probe kill 0").output()).endsWith("exit 137\n");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void thereIsNoNetworkButLoopback(Kind kind) throws Exception {
    List<String> attempts = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(0)) {
      String port = " " + server.getLocalPort();
      attempts.add("tcp 127.0.0.1" + port);
      expected.add("tcp 127.0.0.1: Connection refused");
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress address : device.inetAddresses().toList()) {
          if (address.getAddress().length == 4 && !address.isLoopbackAddress()) {
            attempts.add("tcp " + address.getHostAddress() + port);
            expected.add("tcp " + address.getHostAddress() + ": Network is unreachable");
          }
        }
      }
      attempts.addAll(List.of("tcp 192.0.2.1 80", "raw-socket", "packet-socket"));
      expected.addAll(
          List.of(
              "tcp 192.0.2.1: Network is unreachable",
              "raw-socket : Operation not permitted",
              "packet-socket : Operation not permitted"));

      assertThat(step(kind).lines(attempts(attempts.toArray(String[]::new)))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void theHostsUnixSocketsAreOutOfReach(Kind kind) throws Exception {
    Path path = Path.of("/tmp", "ffs-escape-" + ProcessHandle.current().pid());
    String name = "@" + path.getFileName();
    Process abstractServer = new ProcessBuilder(probe.toString(), "listen", name).start();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        BufferedReader told =
            new BufferedReader(
                new InputStreamReader(abstractServer.getInputStream(), StandardCharsets.UTF_8))) {
      server.bind(UnixDomainSocketAddress.of(path));
      assertThat(told.readLine()).isEqualTo("listening");

      assertThat(step(kind).lines(attempts("unix " + path, "unix " + name)))
          .containsExactly(
              "unix " + path + ": No such file or directory",
              "unix " + name + ": Connection refused");
      assertThat(Tools.run(directory, probe.toString(), "unix", name).output())
          .as("the server is there")
          .isEqualTo("unix " + name + ": done\n");
    } finally {
      abstractServer.destroyForcibly().waitFor();
      Files.deleteIfExists(path);
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void theMachineItselfIsNotChanged(Kind kind) throws Exception {
    List<String> lines =
        step(kind)
            .lines(
                attempts(
                    "host-name other",
                    "clock",
                    "block-device /tmp/block",
                    "character-device /build/escape/mem",
                    "module",
                    "type 0",
                    "type 1"));

    assertThat(lines.subList(0, 4)).allMatch(line -> line.endsWith(": Operation not permitted"));
    // A kernel without modules says that it has no such call.
    assertThat(lines.get(4)).matches("module : (Operation not permitted|Function not implemented)");
    assertThat(lines.subList(5, 7))
        .allMatch(line -> line.endsWith(": Inappropriate ioctl for device"));
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void nothingThatTheCallerHasOpenIsOpen(Kind kind) throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "of the host");
    List<String> lines =
        step(kind)
            .before("exec 5<'" + secret + "' 63<'" + directory + "'")
            // The fourth is the directory that is listed.
            .lines("ls /proc/self/fd");

    assertThat(lines).containsExactly("0", "1", "2", "3");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void setUserIdBitsAreNotHonoured(Kind kind) throws Exception {
    Enclosed step = step(kind);
    Path file = step.layer.resolve("bin/probe");
    Files.setAttribute(file, "unix:mode", 0104755);
    String root = kind.isHost() ? "/ffs/sysroot" : "";

    List<String> lines =
        step.lines("cat /proc/self/status\n" + attempts("create " + root + "/made"));

    assertThat(lines).contains("NoNewPrivs:\t1", "create " + root + "/made: done");
    int owner = (int) Files.getAttribute(step.upper.resolve("made"), "unix:uid");
    int caller = (int) Files.getAttribute(step.upper, "unix:uid");
    assertThat(owner).isEqualTo(caller);
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void aDaemonDoesNotOutliveItsStep(Kind kind) throws Exception {
    Enclosed step = step(kind);
    String root = kind.isHost() ? "/ffs/sysroot" : "";

    step.lines("$probe linger " + root + "/written\nuntil [ -s " + root + "/written ]; do :; done");

    // All of its processes are gone before the enclosure ends, so nothing is left that could write.
    Path file = step.upper.resolve("written");
    assertThat(openFiles(step.upper)).isEmpty();
    assertThat(file).isNotEmptyFile();
    long size = Files.size(file);
    Thread.sleep(100);
    assertThat(file).hasSize(size);
  }

  /** Which files below a directory any process has open, as far as we may look. */
  private static List<String> openFiles(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        try (var files = Files.newDirectoryStream(process.resolve("fd"))) {
          for (Path file : files) {
            String target = Files.readSymbolicLink(file).toString();
            if (target.startsWith(directory.toString())) {
              found.add(file + " " + target);
            }
          }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
          // It has ended, or is not ours.
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void whatPreparationLeavesRunningIsGoneWhenTheStepBegins(Kind kind) throws Exception {
    Enclosed step =
        step(kind)
            .prepare(
                "/ffs/sysroot/bin/probe linger /build/escape/written\n"
                    + "until [ -s /build/escape/written ]; do :; done");

    // A process may be on its way out yet; none but the shell and what it waits for may stay.
    assertThat(step.lines("cat /build/escape/written >/dev/null\nsleep 0.1\necho /proc/[0-9]*"))
        .singleElement()
        .satisfies(line -> assertThat(line.split(" ")).hasSizeLessThanOrEqualTo(2));
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void aForkBombIsBounded(Kind kind) throws Exception {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"));
    assumeTrue(
        !kind.root || !release.matches("(?s)([1-5]|6\\.(\\d|1[0-3]))\\..*"),
        "before Linux 6.14 nothing bounds the processes of root");

    String said = step(kind).option("--processes", "400").run("$probe forks 1000").output();

    assertThat(said).containsPattern("forks [1-3]\\d\\d: bounded\n");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void limitsAreTheSameOnEveryMachine(Kind kind) throws Exception {
    List<String> lines =
        step(kind)
            .before("ulimit -S -n 256; ulimit -S -s 4096; umask 077; trap '' INT QUIT PIPE")
            .lines("ulimit -n; ulimit -s; ulimit -c; umask; cat /proc/self/status");

    assertThat(lines.subList(0, 4)).containsExactly("4096", "8192", "0", "0022");
    String ignored =
        lines.stream().filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
    // A JVM ignores two signals that C libraries use among their own threads.
    assertThat(Long.parseLong(ignored.substring(8), 16) & 0x7fffffff).isZero();
  }

  /** The host's own mounts below what is bound are no way around either. */
  @Test
  void whatIsMountedBelowTheHostsDirectoriesIsReadOnlyToo() throws Exception {
    Enclosed step = new Enclosed(directory, Jvm.isRoot() ? Kind.ROOT_HOST : Kind.ORDINARY_HOST);
    Path script =
        Files.writeString(
            directory.resolve("outer.sh"), "mount -t tmpfs -o noexec x /usr/src; exec \"$@\"");

    List<String> lines =
        step.within("unshare", "-Urm", "bash", script.toString())
            .lines("grep ' /usr/src ' /proc/self/mountinfo; touch /usr/src/new || echo refused");

    assertThat(lines).last().isEqualTo("refused");
    assertThat(lines.get(0)).contains(" ro,nosuid,noexec,");
  }
}
