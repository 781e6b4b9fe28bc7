package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.Command;
import dev.ffs.exec.lxd.LxdContainer.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers and images of the real LXD, of a daemon of its own, since small ones are fast. */
@Timeout(600)
class LxdClientIT {

  private static PrivateLxd lxd;
  private static LxdClient client;

  private final String name = Lxd.name();

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    lxd = new PrivateLxd(directory);
    client = lxd.client();
  }

  @AfterAll
  static void stop() throws Exception {
    if (lxd != null) {
      lxd.close();
    }
  }

  private static LxdContainer launch(String image, String container) {
    return client.launch(
        image, container, LxdClient.words("-p default"), Map.of("user.ffs.key", "a=b c"));
  }

  @Test
  void aContainerIsMadeStoppedStartedAndRemoved() {
    LxdContainer container = launch(PrivateLxd.IMAGE, name);

    assertThat(container.status()).isEqualTo(Status.RUNNING);
    assertThat(client.config(container, "user.ffs.key")).contains("a=b c");
    assertThat(client.config(container, "security.nesting")).contains("true");
    assertThat(client.config(container, "user.other")).isEmpty();
    client.setConfig(container, "user.ffs.key", "");
    assertThat(client.config(container, "user.ffs.key")).isEmpty();

    client.stop(container);
    client.stop(container);
    assertThat(client.container(name)).map(LxdContainer::status).contains(Status.STOPPED);

    assertThat(client.start(container).status()).isEqualTo(Status.RUNNING);
    assertThat(Lxd.run(new LxdExecutor(container), Command.of("true")).status().succeeded())
        .isTrue();

    client.delete(container);
    client.delete(container);
    assertThat(client.container(name)).isEmpty();
    assertThatThrownBy(() -> client.start(container))
        .isInstanceOf(LxdException.class)
        .hasMessage(
            "the container " + name + " is not there any more; `lxc list` shows those that are");
  }

  @Test
  void whatWasKeptIsThereInANewContainerAndReplacedByTheNext() {
    LxdContainer container = launch(PrivateLxd.IMAGE, name);
    Lxd.run(new LxdExecutor(container), Lxd.shell("echo one >/root/phase"));

    LxdImage first = client.snapshotImage(container, "tools", name, Map.of("ffs.key", "k1"));

    assertThat(first.properties()).containsEntry("ffs.key", "k1");
    assertThat(client.image(name)).contains(first);

    Lxd.run(new LxdExecutor(container), Lxd.shell("echo two >/root/phase"));
    LxdImage second = client.snapshotImage(container, "tools", name, Map.of("ffs.key", "k2"));

    assertThat(client.images(name)).containsExactly(second);
    assertThat(second.fingerprint()).isNotEqualTo(first.fingerprint());
    assertThat(Lxd.run(new LxdExecutor(container), Command.of("true")).status().succeeded())
        .as("the container still runs")
        .isTrue();

    LxdContainer resumed = launch(name, name + "-2");
    assertThat(Lxd.run(new LxdExecutor(resumed), Command.of("cat", "/root/phase")).out())
        .containsExactly("two");

    client.deleteImage(second.fingerprint());
    assertThat(client.image(name)).isEmpty();
  }

  @Test
  void whatAKilledPublicationLeftIsInNobodysWay() {
    LxdContainer container = launch(PrivateLxd.IMAGE, name);
    String unfinished = name + LxdClient.UNFINISHED;
    client.snapshotImage(container, "a", unfinished, Map.of());

    LxdImage made = client.snapshotImage(container, "a", name, Map.of());

    assertThat(client.images(name)).containsExactly(made);
    assertThat(client.image(unfinished)).isEmpty();

    client.snapshotImage(container, "a", unfinished, Map.of());
    client.deleteImages(name);

    assertThat(client.images(name)).isEmpty();
    assertThat(client.image(unfinished)).isEmpty();
  }

  @Test
  void severalContainersWorkAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<List<String>>> outputs = new ArrayList<>();
      for (String one : List.of(name, name + "-2")) {
        outputs.add(
            threads.submit(
                () -> {
                  LxdContainer container = launch(PrivateLxd.IMAGE, one);
                  LxdExecutor executor = new LxdExecutor(container);
                  Lxd.run(executor, Lxd.shell("echo " + one + " >/root/mine; sleep 1"));
                  client.snapshotImage(container, "a", one + "-image", Map.of());
                  return Lxd.run(executor, Command.of("cat", "/root/mine")).out();
                }));
      }
      assertThat(outputs.get(0).get()).containsExactly(name);
      assertThat(outputs.get(1).get()).containsExactly(name + "-2");
      assertThat(client.images(name)).hasSize(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aContainerThatCannotBeMadeLeavesNothing() {
    assertThatThrownBy(
            () -> client.launch(PrivateLxd.IMAGE, name, List.of("-n", "no-such-net"), Map.of()))
        .isInstanceOf(LxdException.class)
        .hasMessageContaining("no-such-net")
        .hasMessageContaining("LXD_LAUNCH_EXTRA_ARGS may not fit this LXD");
    assertThatThrownBy(
            () -> client.launch(PrivateLxd.IMAGE, name, List.of("-c", "raw.lxc=lxc.x=y"), Map.of()))
        .isInstanceOf(LxdException.class)
        .hasMessageContaining("raw.lxc");
    assertThat(client.container(name)).isEmpty();
  }

  @Test
  void aNameThatIsTakenIsTold() {
    launch(PrivateLxd.IMAGE, name);

    assertThatThrownBy(() -> launch(PrivateLxd.IMAGE, name))
        .isInstanceOf(LxdException.class)
        .hasMessageContaining("there is a container of that name: `lxc delete --force " + name);
    assertThat(client.container(name)).isPresent();
  }
}
