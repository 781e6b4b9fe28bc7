package dev.ffs.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.testkit.ExecutorContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of executors, kept by way of a real sshd on this machine. */
class SshExecutorIT extends ExecutorContract {

  @TempDir private static Path ofServer;

  private static SshServer server;

  @BeforeAll
  static void startServer() throws Exception {
    server = SshServer.start(ofServer);
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected Executor newExecutor() {
    return to("127.0.0.1");
  }

  private static Executor to(String host) {
    return new SshExecutor(server.options(), host, ofServer.resolve("builds").toString());
  }

  @Override
  protected void loseTransport(Executor executor) {
    server.dropConnections();
  }

  @Test
  void whatRunsThereEndsWhenTheClientIsKilled() throws InterruptedException {
    List<String> pids = new ArrayList<>();

    ExecutorException thrown =
        catchThrowableOfType(
            ExecutorException.class,
            () ->
                executor()
                    .run(
                        Command.of("sh", "-c", "sleep 1000 & echo $!; echo $$; wait"),
                        (channel, line) -> {
                          pids.add(line);
                          if (pids.size() == 2) {
                            killClients();
                          }
                        },
                        new Cancellation()));

    assertThat(thrown.reason()).isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(thrown)
        .hasMessageStartingWith(
            "cannot run sh on 127.0.0.1: the way there was lost (its client: signal 9)");
    assertThat(pids).hasSize(2);
    String gone =
        "for p; do if [ -e /proc/$p ] && ! grep -q '^State:.Z' /proc/$p/status; then exit 1; fi; done";
    for (int i = 0; i < 600 && !succeeds(gone, pids); i++) {
      Thread.sleep(100); // Nothing tells when a process ends that is not our own.
    }
    assertThat(succeeds(gone, pids)).isTrue();
  }

  private boolean succeeds(String script, List<String> arguments) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    argv.addAll(arguments);
    return executor()
        .run(new Command(argv, Map.of(), null, null), (channel, line) -> {}, new Cancellation())
        .succeeded();
  }

  private static void killClients() {
    ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/ssh"))
        .forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void aHostThatRefusesIsNamedWithWhatSshSays() {
    // Nobody is known by this name, though it leads to the same server.
    Executor stranger = to("localhost");

    assertThatThrownBy(
            () -> stranger.run(Command.of("true"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith(
            "cannot run true on localhost: there is no way there (its client: exit code 255): ")
        .hasMessageContaining("Host key verification failed.")
        .hasMessageContaining("see whether this works: ssh -T ")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
    assertThatThrownBy(() -> stranger.push(ofServer.resolve("host.pub"), there() + "/key"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("Host key verification failed.")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }
}
