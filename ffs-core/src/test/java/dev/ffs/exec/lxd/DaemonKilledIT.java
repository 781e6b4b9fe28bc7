package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What happens to commands and callers when LXD's daemon is killed, and afterwards. */
@Timeout(300)
class DaemonKilledIT {

  private PrivateLxd lxd;

  @BeforeEach
  void start(@TempDir(cleanup = CleanupMode.ALWAYS) Path directory) throws Exception {
    lxd = new PrivateLxd(directory);
  }

  @AfterEach
  void stop() throws Exception {
    if (lxd != null) {
      lxd.close();
    }
  }

  @Test
  void theCommandIsLostAndEndedAndTheNextOneRuns() throws Exception {
    LxdClient client = lxd.client();
    LxdContainer container = client.launch(PrivateLxd.IMAGE, "one", List.of(), Map.of());
    LxdExecutor executor = new LxdExecutor(container);

    ExecutorException lost =
        catchThrowableOfType(
            ExecutorException.class,
            () ->
                executor.run(
                    Lxd.shell("echo running; setsid sleep 7654 >/dev/null 2>&1 & wait"),
                    (channel, line) -> {
                      try {
                        lxd.kill();
                      } catch (InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    },
                    new Cancellation()));

    assertThat(lost.reason()).isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(lost)
        .hasMessageStartingWith(
            "cannot run /bin/sh in the container one: the way there was lost (its client: ")
        .hasMessageContaining("LXD's daemon does not run; start it: `systemctl start lxd`");
    assertThatThrownBy(() -> client.container("one"))
        .isInstanceOf(LxdException.class)
        .hasMessageStartingWith("`lxc list --format json")
        .hasMessageEndingWith("`rc-service lxd start` (Funtoo)");

    lxd.start();

    Lxd.await("what it had started ends", () -> Lxd.sleepers(executor, 7654).isEmpty());
    assertThat(Lxd.run(executor, Command.of("/bin/echo", "on")).out()).containsExactly("on");
  }
}
