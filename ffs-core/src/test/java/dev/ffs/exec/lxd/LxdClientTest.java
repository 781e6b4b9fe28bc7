package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.lxd.LxdContainer.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How lxc is called and understood, with a stand-in for it that notes what it was called with. */
class LxdClientTest {

  private static final String RUNNING =
      "[{\"name\":\"c\",\"status\":\"Running\",\"project\":\"mine\"}]";

  @TempDir Path here;
  private Path lxc;
  private final StringBuilder answers = new StringBuilder();

  @BeforeEach
  void makeStandIn() {
    lxc = here.resolve("lxc");
  }

  /** Lets the stand-in answer calls that begin with these words by a script. */
  private void answer(String words, String script) {
    answers.append("\"").append(words).append("\"*) ").append(script).append("\n;;\n");
  }

  private LxdClient client(String remote, String... variables) throws IOException {
    Files.writeString(
        lxc,
        "#!/bin/sh\n"
            + ("printf '%s\\n' \"$*\" >>" + here + "/calls\n")
            + ("case \"$* \" in\n" + answers + "esac\n"));
    Files.setPosixFilePermissions(lxc, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new LxdClient(remote, new Cancellation(), lxc.toString(), environment);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(here.resolve("calls"));
  }

  // Finding

  @Test
  void imagesAreListedNewestFirstAndWithoutUnfinishedOnes() throws IOException {
    answer(
        "image list",
        """
        cat <<'JSON'
        [{"fingerprint":"f1","uploaded_at":"2026-01-01T00:00:00Z","properties":{"ffs.key":"k"},
          "aliases":[{"name":"ffs-a"},{"name":"other"}]},
         {"fingerprint":"f2","uploaded_at":"2026-02-01T00:00:00.5Z","properties":null,
          "aliases":[{"name":"ffs-b"}]},
         {"fingerprint":"f3","uploaded_at":"2026-03-01T00:00:00Z",
          "aliases":[{"name":"ffs-c.unfinished"}]},
         {"fingerprint":"f4","uploaded_at":"2026-03-01T00:00:00Z","aliases":[]}]
        JSON""");
    LxdClient client = client(null);

    assertThat(client.images("ffs-"))
        .containsExactly(
            new LxdImage("ffs-b", "f2", Map.of(), Instant.parse("2026-02-01T00:00:00.5Z")),
            new LxdImage(
                "ffs-a", "f1", Map.of("ffs.key", "k"), Instant.parse("2026-01-01T00:00:00Z")));
    assertThat(client.image("other")).map(LxdImage::fingerprint).contains("f1");
    assertThat(client.image("ffs")).isEmpty();
    assertThat(calls()).containsOnly("image list --format json");
  }

  @Test
  void aContainerIsFoundWithItsStatus() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    LxdClient client = client(null);

    assertThat(client.container("c"))
        .hasValueSatisfying(
            container -> {
              assertThat(container.name()).isEqualTo("c");
              assertThat(container.status()).isEqualTo(Status.RUNNING);
              assertThat(container).hasToString("c").isEqualTo(client.container("c").get());
            });
    assertThat(client.container("d")).isEmpty();
  }

  @Test
  void anOperationThatIsStillAtWorkIsWaitedFor() throws IOException {
    answer("list", "echo '[{\"name\":\"c\",\"status\":\"Stopped\"}]'");
    answer(
        "start c",
        """
        [ "$(grep -c '^start c$' %s/calls)" -ge 3 ] || {
          echo 'Error: Failed to create instance start operation: Instance is busy running a "stop" operation' >&2
          exit 1
        }"""
            .formatted(here));
    LxdClient client = client(null);

    client.start(client.container("c").orElseThrow());

    assertThat(calls()).filteredOn("start c"::equals).hasSize(3);
  }

  @Test
  void aContainerIsKilledWithoutWaitingForItAndOneThatIsStoppedStaysSo() throws IOException {
    answer("list", "echo '[{\"name\":\"c\",\"status\":\"Stopped\"}]'");
    answer("stop", "echo 'Error: The instance is already stopped' >&2; exit 1");
    LxdClient client = client(null);

    client.kill(client.container("c").orElseThrow());

    assertThat(calls()).contains("stop --force c");
  }

  @Test
  void everyStatusIsUnderstood() throws IOException {
    answer(
        "list",
        "echo '[{\"name\":\"s\",\"status\":\"STOPPED\"},{\"name\":\"f\",\"status\":\"Frozen\"},"
            + "{\"name\":\"e\",\"status\":\"Error\"}]'");
    LxdClient client = client(null);

    assertThat(client.container("s")).map(LxdContainer::status).contains(Status.STOPPED);
    assertThat(client.container("f")).map(LxdContainer::status).contains(Status.FROZEN);
    assertThat(client.container("e")).map(LxdContainer::status).contains(Status.OTHER);
  }

  @Test
  void aLongListArrivesWhole() throws IOException {
    answer(
        "list",
        "printf '[{\"name\":\"c\",\"x\":\"'; head -c 200000 /dev/zero | tr '\\0' x; echo '\"}]'");

    assertThat(client(null).container("c")).isPresent();
  }

  @Test
  void whatLxcPrintsAndNobodyUnderstandsIsTold() throws IOException {
    answer("list", "echo '+----+'");

    assertThatThrownBy(() -> client(null).container("c"))
        .isInstanceOf(LxdException.class)
        .hasMessageStartingWith("`" + lxc + " list --format json")
        .hasMessageContaining("printed what this program does not understand: not JSON");
  }

  // Another server

  @Test
  void namesAreThoseOfTheServer() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    answer("image list", "echo '[]'");
    LxdClient client = client("far");
    LxdContainer container = client.container("c").orElseThrow();

    client.launch("image", "c", List.of("--target", "two words"), Map.of("user.k", "v w"));
    client.images("");
    client.setConfig(container, "user.k", "v=w");
    client.deleteImage("f1");
    client.delete(container);

    assertThat(calls())
        .containsSubsequence(
            "list --format json --columns ns far: ^c$",
            "image info far:image",
            "launch --quiet far:image far:c -c security.nesting=true -c user.k=v w --target two"
                + " words",
            "exec far:c --mode non-interactive -- /bin/sh -c exit 0",
            "image list --format json far:",
            "config set far:c user.k=v=w",
            "image delete far:f1",
            "delete --force far:c");
    assertThat(new LxdExecutor(container).terminal(List.of("bash", "-l")))
        .containsExactly(lxc.toString(), "exec", "far:c", "-t", "--", "bash", "-l");
    assertThatThrownBy(() -> new LxdClient("a:b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not the name of an LXD server: 'a:b'");
  }

  @Test
  void anImageOfAnotherServerIsTakenFromThere() throws IOException {
    answer("list", "echo '" + RUNNING + "'");

    client("far").launch("images:funtoo", "c", List.of(), Map.of("security.nesting", "false"));

    assertThat(calls()).contains("launch --quiet images:funtoo far:c -c security.nesting=false");
  }

  // What lxc sees

  @Test
  void lxcGetsAHome() throws IOException {
    answer("config get", "echo \"$HOME\"");
    answer("list", "echo '" + RUNNING + "'");
    LxdClient client = client(null);
    LxdClient at = client(null, "HOME", "/somewhere");

    assertThat(client.config(client.container("c").orElseThrow(), "k"))
        .contains(System.getProperty("user.home"));
    assertThat(at.config(at.container("c").orElseThrow(), "k")).contains("/somewhere");
  }

  @Test
  void aSettingThatIsNotSetIsNone() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    answer("config get", "echo");
    LxdClient client = client(null);

    assertThat(client.config(client.container("c").orElseThrow(), "user.k"))
        .isEqualTo(Optional.empty());
  }

  // Keeping

  @Test
  void anOldImageGoesWhenTheNewOneIsThereUnderItsName() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    answer("publish", "touch " + here + "/published");
    answer("image alias delete", "touch " + here + "/swapped");
    answer(
        "image list",
        """
        cd %s
        old='{"fingerprint":"f1","uploaded_at":"2026-01-01T00:00:00Z","aliases":[{"name":"a"}]}'
        new='{"fingerprint":"f2","uploaded_at":"2026-01-01T00:00:00Z","properties":{"k":"v"},'
        if [ -e swapped ]; then echo "[$new\\"aliases\\":[{\\"name\\":\\"a\\"}]}]"
        elif [ -e published ]; then
          echo "[$old,$new\\"aliases\\":[{\\"name\\":\\"a.unfinished\\"}]}]"
        else echo "[$old]"
        fi"""
            .formatted(here));
    LxdClient client = client(null);

    LxdImage made =
        client.snapshotImage(client.container("c").orElseThrow(), "tools", "a", Map.of("k", "v"));

    assertThat(made)
        .isEqualTo(
            new LxdImage("a", "f2", Map.of("k", "v"), Instant.parse("2026-01-01T00:00:00Z")));
    List<String> changes = new ArrayList<>(calls());
    changes.removeIf(call -> call.startsWith("list ") || call.startsWith("image list "));
    assertThat(changes)
        .containsExactly(
            "snapshot c tools --reuse",
            "publish --quiet c/tools --compression none --alias a.unfinished k=v",
            "query -X PUT -d {\"target\":\"f2\",\"description\":\"\"}"
                + " /1.0/images/aliases/a?project=mine",
            "image alias delete a.unfinished",
            "image delete f1");
  }

  @Test
  void aSnapshotHasAProperName() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    LxdClient client = client(null);
    LxdContainer container = client.container("c").orElseThrow();

    assertThatThrownBy(() -> client.snapshotImage(container, "a/b", "i", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not the name of a snapshot: 'a/b'");
  }

  // What goes wrong

  @Test
  void withoutLxcItSaysHowToInstallIt() {
    LxdClient client =
        new LxdClient(null, new Cancellation(), "lxc", Map.of("PATH", here.toString()));
    String message =
        "there is no lxc here, the client of LXD; install it: `apt install lxd` (Debian), `snap"
            + " install lxd` (Ubuntu and others), `emerge app-containers/lxd` (Funtoo)";

    assertThatThrownBy(() -> client.images(""))
        .isInstanceOf(LxdException.class)
        .hasMessage(message);
    LxdContainer container = new LxdContainer(client, "c", "default", Status.RUNNING);
    assertThatThrownBy(
            () ->
                new LxdExecutor(container)
                    .run(Command.of("true"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot run true in the container c: its client cannot be started")
        .hasMessageEndingWith("; " + message)
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(ExecutorException.Reason.NOT_STARTED);
  }

  @Test
  void aContainerThatIsStillBeingStoppedIsToldToBeStopped() throws IOException {
    answer(
        "list",
        """
        status=Running
        [ "$(grep -c '^list' %s/calls)" -lt 3 ] || status=Stopped
        echo '[{"name":"c","status":"'$status'"}]'"""
            .formatted(here));
    LxdClient client = client(null);

    assertThat(client.whatIsWrongWith(new LxdContainer(client, "c", "default", Status.RUNNING)))
        .startsWith("the container was stopped; ");
  }

  @Test
  void processesThatDoNotEndAreToldWithTheWayOut() throws IOException {
    // As the shell in the container does when it could not end them.
    answer(
        "exec far:c",
        """
        for word; do
          case $word in ffs-*-*-*-*-*) token=$word ;; esac
        done
        echo "$token left 12 13" | tee /dev/stderr""");
    LxdContainer container = new LxdContainer(client("far"), "c", "default", Status.RUNNING);

    assertThatThrownBy(
            () ->
                new LxdExecutor(container)
                    .run(Command.of("true"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "these processes in the container far:c do not end, not even by KILL: 12, 13; `"
                + lxc
                + " stop --force far:c` ends everything in it")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(ExecutorException.Reason.PROCESSES_LEFT);
  }

  @Test
  void aDaemonThatDoesNotRunIsSaidAtOnce() throws IOException {
    answer(
        "list",
        "echo 'Error: Get \"http://unix.socket/1.0\": dial unix /var/lib/lxd/unix.socket: connect:"
            + " connection refused' >&2; exit 1");

    assertThatThrownBy(() -> client(null).container("c"))
        .isInstanceOf(LxdException.class)
        .hasMessage(
            "`"
                + lxc
                + " list --format json --columns ns '^c$'` failed: Error: Get"
                + " \"http://unix.socket/1.0\": dial unix /var/lib/lxd/unix.socket: connect:"
                + " connection refused; LXD's daemon does not run; start it: `systemctl start lxd`"
                + " (Debian), `snap start lxd` (snap), `rc-service lxd start` (Funtoo)");
  }

  @Test
  void whoMayNotTalkToLxdIsToldHowToGetPermission() throws IOException {
    answer(
        "image list",
        "echo 'Error: Get \"http://unix.socket/1.0\": dial unix /var/lib/lxd/unix.socket: connect:"
            + " permission denied' >&2; exit 1");

    assertThatThrownBy(() -> client(null).images(""))
        .hasMessageEndingWith(
            "you may not talk to LXD; `sudo usermod -aG lxd $USER`, then log in again");
  }

  @Test
  void aServerThatIsNotKnownIsTold() throws IOException {
    answer("list", "echo 'Error: The remote \"far\" doesn'\"'\"'t exist' >&2; exit 1");

    assertThatThrownBy(() -> client("far").container("c"))
        .hasMessageEndingWith(
            "Error: The remote \"far\" doesn't exist; `lxc remote list` shows the servers that are"
                + " known, `lxc remote add NAME ADDRESS` adds one");
  }

  @Test
  void anImageThatIsMissingIsNamedAndNothingIsMade() throws IOException {
    answer("image info", "echo 'Error: Image not found' >&2; exit 1");

    assertThatThrownBy(() -> client(null).launch("funtoo-fchroot", "c", List.of(), Map.of()))
        .isInstanceOf(LxdException.class)
        .hasMessage(
            "`"
                + lxc
                + " image info funtoo-fchroot` failed: Error: Image not found; there is no image"
                + " funtoo-fchroot to make containers of; import one (`lxc image import META.tar.xz"
                + " ROOTFS.tar.xz --alias funtoo-fchroot`, or `lxc image copy SERVER:IMAGE local:"
                + " --alias funtoo-fchroot`), or name another in LXD_FFS_SOURCE_IMAGE; `"
                + lxc
                + " image list` shows those that are there");
    assertThat(calls()).containsExactly("image info funtoo-fchroot");
  }

  @Test
  void aFailureWithoutAWordIsOneToo() throws IOException {
    answer("list", "echo '" + RUNNING + "'");
    answer("config set", "exit 3");
    LxdClient client = client(null);
    LxdContainer container = client.container("c").orElseThrow();

    assertThatThrownBy(() -> client.setConfig(container, "user.k", "v"))
        .hasMessage(
            "`"
                + lxc
                + " config set c user.k=v` failed: it said nothing, exit code 3; `"
                + lxc
                + " config show c` shows its settings");
  }

  @Test
  void aDatabaseThatIsBusyIsAskedAgain() throws IOException {
    answer(
        "list",
        "[ \"$(wc -l <%s/calls)\" -gt 2 ] || { echo 'Error: context deadline exceeded' >&2; exit 1; }; echo '%s'"
            .formatted(here, RUNNING));
    answer("launch", "echo 'Error: context deadline exceeded' >&2; exit 1");
    LxdClient client = client(null);

    assertThat(client.container("c")).isPresent();
    assertThat(calls()).hasSize(3);
    assertThatThrownBy(() -> client.launch("i", "c", List.of(), Map.of()))
        .hasMessageContaining("failed: Error: context deadline exceeded");
    assertThat(calls()).filteredOn(call -> call.startsWith("launch")).hasSize(1);
  }

  @Test
  void whatHasNotChangedSinceItWasKeptGetsAnotherName() throws IOException {
    String fingerprint = "0123456789abcdef".repeat(4);
    answer("list", "echo '" + RUNNING + "'");
    answer("publish", "echo 'Error: The image already exists: " + fingerprint + "' >&2; exit 1");
    answer(
        "image list",
        """
        grep -q 'alias create a.unfinished' %s/calls || { echo '[]'; exit; }
        echo '[{"fingerprint":"%s","uploaded_at":"2026-01-01T00:00:00Z",'
        echo '"aliases":[{"name":"a.unfinished"},{"name":"other"}]}]'"""
            .formatted(here, fingerprint));
    LxdClient client = client(null);

    LxdImage made = client.snapshotImage(client.container("c").orElseThrow(), "s", "a", Map.of());

    assertThat(made.fingerprint()).isEqualTo(fingerprint);
    assertThat(calls())
        .containsSubsequence(
            "image alias create a.unfinished " + fingerprint,
            "image alias create a " + fingerprint,
            "image alias delete a.unfinished")
        .noneMatch(call -> call.startsWith("image delete"));
  }

  @Test
  void whatIsGoneAlreadyNeedNotBeRemoved() throws IOException {
    answer("image delete", "echo 'Error: Image not found' >&2; exit 1");
    answer(
        "delete", "echo 'Error: Failed checking instance exists: Instance not found' >&2; exit 1");
    LxdClient client = client(null);

    client.deleteImage("f1");
    client.delete(new LxdContainer(client, "c", "default", Status.STOPPED));

    assertThat(calls()).containsExactly("image delete f1", "delete --force c");
  }

  @Test
  void aCallThatIsCancelledEnds() throws IOException {
    answer("list", "sleep 1000");
    client(null);
    Cancellation cancellation = new Cancellation();
    LxdClient client =
        new LxdClient(null, cancellation, lxc.toString(), Map.of("PATH", "/usr/bin:/bin"));
    Thread canceller =
        new Thread(
            () -> {
              Lxd.await("it is called", () -> Files.exists(here.resolve("calls")));
              cancellation.cancel();
            });
    canceller.start();

    assertThatThrownBy(() -> client.container("c"))
        .isInstanceOf(LxdException.class)
        .hasMessageEndingWith("was cancelled");
  }
}
