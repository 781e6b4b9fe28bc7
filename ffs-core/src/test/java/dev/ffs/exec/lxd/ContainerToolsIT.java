package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.Cancellation;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a container gets that lacks something: here {@code patch}. Its network has no way out, so
 * where one is needed, a default route to nowhere and a stand-in for apt-get serve.
 */
@Timeout(300)
class ContainerToolsIT {

  private static final String COMMAND =
      "apt-get update && apt-get install -y --no-install-recommends patch";
  private static final String TO_IMAGE =
      ". Install it in the image that containers are made of: `"
          + COMMAND
          + "` in a container of it that has a network, then `lxc publish`";

  private static LxdClient client;
  private static LxdContainer container;

  @BeforeAll
  static void launch() {
    client = Lxd.require();
    container = Lxd.launch(client);
  }

  @AfterAll
  static void delete() {
    if (container != null) {
      client.delete(container);
    }
  }

  @AfterEach
  void restore() {
    in(
        "rm -f /usr/local/sbin/apt-get /root/calls; [ ! -e /root/patch ] || mv /root/patch"
            + " /usr/bin/patch; [ ! -e /root/apt-get ] || mv /root/apt-get /usr/bin/apt-get;"
            + " ip link set eth0 down");
  }

  private static List<String> in(String script) {
    Lxd.Result result = Lxd.run(new LxdExecutor(container), Lxd.shell("set -e; " + script));
    assertThat(result.status().succeeded()).as(result.toString()).isTrue();
    return result.out();
  }

  private static void provide(String networkInterface) {
    new ContainerTools(container, new Cancellation(), 1).provide(networkInterface);
  }

  private static void takePatchAway() {
    in("mv /usr/bin/patch /root/patch");
  }

  private static void giveNetworkAndAptGet(String script) {
    in(
        "ip link set eth0 up; ip addr replace 192.0.2.77/24 dev eth0; ip route replace default via"
            + " 192.0.2.1; printf '%s\\n' '#!/bin/sh' 'echo \"$@\" >>/root/calls' '"
            + script
            + "' >/usr/local/sbin/apt-get; chmod +x /usr/local/sbin/apt-get");
  }

  @Test
  void whereNothingIsMissingNoNetworkIsNeeded() {
    provide("no-such-interface");
  }

  @Test
  void whatIsMissingIsInstalledByTheContainersOwnPackageManager() {
    takePatchAway();
    giveNetworkAndAptGet("[ \"$1\" = update ] || mv /root/patch /usr/bin/patch");

    provide("eth0");

    assertThat(in("cat /root/calls; which patch"))
        .containsExactly("update", "install -y --no-install-recommends patch", "/usr/bin/patch");
  }

  @Test
  void withoutANetworkWhatIsMissingIsNamed() {
    takePatchAway();

    assertThatThrownBy(() -> provide("eth0"))
        .isInstanceOf(LxdException.class)
        .hasMessage(
            "the container "
                + container
                + " lacks what a build needs: patch. It cannot be installed: eth0 gets the"
                + " container no way out (no default route within 1 s); LXD_INTERFACE names the one"
                + " to use"
                + TO_IMAGE);
    assertThatThrownBy(() -> provide("eth7"))
        .isInstanceOf(LxdException.class)
        .hasMessageContaining(
            "It cannot be installed: the container has no network interface eth7; LXD_INTERFACE");
  }

  @Test
  void aPackageManagerThatFailsIsQuoted() {
    takePatchAway();
    giveNetworkAndAptGet("echo no such mirror >&2; exit 100");

    assertThatThrownBy(() -> provide("eth0"))
        .isInstanceOf(LxdException.class)
        .hasMessageEndingWith(
            "It cannot be installed: `"
                + COMMAND
                + "` ended with exit code 100"
                + TO_IMAGE
                + ":\nno such mirror");
  }

  @Test
  void aPackageManagerThatSucceedsInVainIsNotBelieved() {
    takePatchAway();
    giveNetworkAndAptGet("echo done");

    assertThatThrownBy(() -> provide("eth0"))
        .isInstanceOf(LxdException.class)
        .hasMessage(
            "the container "
                + container
                + " still lacks patch after `"
                + COMMAND
                + "`, which ended with:\ndone\ndone");
  }

  @Test
  void withoutAPackageManagerAnotherImageIsNeeded() {
    takePatchAway();
    in("mv /usr/bin/apt-get /root/apt-get");

    assertThatThrownBy(() -> provide("eth0"))
        .isInstanceOf(LxdException.class)
        .hasMessageEndingWith(
            "the container has no package manager that is known here (apt-get, dnf, apk, pacman,"
                + " emerge). Take another image, by LXD_FFS_SOURCE_IMAGE");
  }
}
