package dev.ffs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.exec.Executor;
import dev.ffs.exec.lxd.LxdClient;
import dev.ffs.exec.lxd.LxdContainer;
import dev.ffs.exec.lxd.LxdException;
import dev.ffs.exec.lxd.LxdExecutor;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against the real LXD, which {@code .ci/lxd-setup} sets up. */
class LxdExecutorContractIT extends ExecutorContract {

  private static final LxdClient CLIENT = new LxdClient(null);

  private static LxdContainer container;

  @BeforeAll
  static void launch() {
    requireLxd();
    container =
        CLIENT.launch("funtoo-fchroot", "ffs-contract-" + UUID.randomUUID(), List.of(), Map.of());
  }

  @AfterAll
  static void delete() {
    if (container != null) {
      CLIENT.delete(container);
    }
  }

  @Override
  protected Executor newExecutor() {
    return new LxdExecutor(container);
  }

  /** Kills the client; what is left in the container is looked at by LxdExecutorIT. */
  @Override
  protected void loseTransport(Executor executor) {
    assertThat(
            ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/lxc"))
                .filter(ProcessHandle::destroyForcibly))
        .hasSize(1);
  }

  private static void requireLxd() {
    String problem = "";
    try {
      if (CLIENT.image("funtoo-fchroot").isEmpty()) {
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
}
