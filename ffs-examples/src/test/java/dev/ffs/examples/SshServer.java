package dev.ffs.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real sshd on loopback, of the current user, with keys and a configuration of its own. */
final class SshServer implements AutoCloseable {

  private static final Path SSHD = Path.of("/usr/sbin/sshd");

  private final Path directory;
  private final int port;
  private final Process process;

  private SshServer(Path directory, int port, Process process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /** Starts it, with its files in a directory, or skips the test where there is no sshd. */
  static SshServer start(Path directory) throws IOException, InterruptedException {
    boolean installed = Files.isExecutable(SSHD);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(installed).as("in CI nothing may be missing: openssh-server").isTrue();
    }
    assumeTrue(installed, "openssh-server is not installed");
    if (System.getProperty("user.name").equals("root")) {
      // What the service of the system does; as an ordinary user, sshd does without.
      Files.createDirectories(Path.of("/run/sshd"));
    }
    key(directory.resolve("host"));
    key(directory.resolve("user"));
    int port = freePort();
    Files.writeString(
        directory.resolve("known_hosts"),
        "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host.pub")));
    Path config =
        Files.write(
            directory.resolve("sshd_config"),
            List.of(
                "ListenAddress 127.0.0.1:" + port,
                "HostKey " + directory.resolve("host"),
                "AuthorizedKeysFile " + directory.resolve("user.pub"),
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "StrictModes no",
                "UsePAM no",
                "MaxStartups 100",
                "PidFile none"));
    Process process =
        new ProcessBuilder(SSHD.toString(), "-D", "-e", "-f", config.toString())
            .redirectErrorStream(true)
            .start();
    SshServer server = new SshServer(directory, port, process);
    server.awaitListening();
    return server;
  }

  /** Options of ssh that lead here, and nothing of the user's own configuration. */
  List<String> options() {
    return List.of(
        "-F",
        "none",
        "-p",
        Integer.toString(port),
        "-i",
        directory.resolve("user").toString(),
        "-oIdentitiesOnly=yes",
        "-oUserKnownHostsFile=" + directory.resolve("known_hosts"),
        "-oStrictHostKeyChecking=yes");
  }

  /** Ends the connections that are there; new ones are still taken. */
  void dropConnections() {
    process
        .descendants()
        .filter(session -> session.info().command().equals(process.info().command()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    List<ProcessHandle> sessions = process.descendants().toList();
    // Through its handle: Process.destroy() closes the log, too, while it is read.
    process.toHandle().destroy();
    sessions.forEach(ProcessHandle::destroyForcibly);
  }

  private void awaitListening() throws IOException {
    BufferedReader log = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    StringBuilder said = new StringBuilder();
    String line = log.readLine();
    while (line != null && !line.startsWith("Server listening on 127.0.0.1")) {
      said.append(line).append('\n');
      line = log.readLine();
    }
    assertThat(line).as("what sshd said: %s", said).isNotNull();
    Thread drain = new Thread(() -> log.lines().forEach(ignored -> {}), "sshd-log");
    drain.setDaemon(true);
    drain.start();
  }

  private static void key(Path file) throws IOException, InterruptedException {
    Process keygen =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
            .inheritIO()
            .start();
    assertThat(keygen.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keygen.exitValue()).isZero();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
