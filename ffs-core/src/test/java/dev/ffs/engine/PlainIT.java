package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds without an enclosure. */
@Timeout(120)
class PlainIT {

  /** Runs a command in a root where it may make directories: CONTAINER COMMAND... */
  private static final String CONTAINER =
      """
      mount -t tmpfs container "$1"
      for path in /*; do
        if [ -L "$path" ]; then
          cp -P "$path" "$1"
        elif [ -d "$path" ] && [ "$path" != /ffs ] && [ "$path" != /build ]; then
          mkdir "$1$path"
          mount --rbind "$path" "$1$path"
        fi
      done
      root=$1
      shift
      exec chroot "$root" "$@"
      """;

  @TempDir Path directory;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
  }

  @Test
  void rootDoesNotBuildOnTheBareMachine() throws Exception {
    String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    assumeTrue(Jvm.isRoot() && namespace.equals("pid:[4026531836]"), "not root on a bare machine");
    Builds builds = new Builds(directory);
    BuildRequest request =
        builds.request(Builds.host(script("a", "touch /ran")), b -> b.enclosure(Enclosure.NONE));

    assertThatThrownBy(() -> FFS.build(request))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "cannot run step base/a: without an enclosure a build never runs as root, for it could"
                + " destroy this machine: become an ordinary user, or use a container");
    assertThat(Path.of("/ran")).doesNotExist();
  }

  @Test
  void anOrdinaryUserIsToldWhatToPrepareAndThatChrootPhasesNeedRoot() throws Exception {
    for (Enclosed.Kind kind : List.of(Enclosed.Kind.ORDINARY_HOST, Enclosed.Kind.ORDINARY_CHROOT)) {
      Path own = Files.createDirectory(directory.resolve(kind.name()));
      Files.setPosixFilePermissions(
          directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
      Enclosed step = new Enclosed(own, kind).plain();
      String message =
          kind.isHost()
              ? "enclosure: without an enclosure /ffs must be a directory of yours. As root, once:"
                  + " install -d -o "
              : "enclosure: without an enclosure a chroot phase needs chroot(2), which only root may"
                  + " use: build as root in a container, or allow user namespaces";

      assertThat(step.run("touch /ran").output()).startsWith(message).endsWith("exit 125\n");
    }
  }

  @Test
  void nothingIsEmulated() throws Exception {
    String machine = Tools.run(directory, "uname", "-m").output().strip();
    String other = machine.equals("riscv64") ? "aarch64" : "riscv64";
    Enclosed step =
        new Enclosed(directory, Enclosed.Kind.ORDINARY_CHROOT)
            .plain()
            .option("--cpu", "any", "--emulator", machine);

    assertThat(step.run("touch /ran").output()).contains("a chroot phase needs chroot(2)");
    assertThat(step.option("--emulator", other).run("touch /ran").output())
        .isEqualTo(
            ("enclosure: without an enclosure nothing emulates another machine: programs of %s do"
                    + " not run here, on %s. Build on such a machine, or allow user namespaces\nexit 125\n")
                .formatted(other, machine));
  }

  @Test
  void whatIsBuiltInAContainerIsWhatAnEnclosureBuilds() throws Exception {
    Path plainStore = directory.resolve("plain-store");
    Path container = Files.createDirectory(directory.resolve("container"));
    List<String> inside =
        new ArrayList<>(
            List.of("unshare", "-Urmpf", "--mount-proc", "bash", "-ec", CONTAINER, "bash"));
    inside.add(container.toString());
    inside.addAll(
        Jvm.command(
            EngineMain.class, plainStore, directory.resolve("plain-out"), "changes", "none"));
    Tools.Result plain = Tools.run(directory, inside.toArray(String[]::new));

    Path store = directory.resolve("store");
    Tools.Result enclosed =
        Tools.run(
            directory,
            Jvm.command(EngineMain.class, store, directory.resolve("out"), "changes")
                .toArray(String[]::new));

    // The last digest is that of the provenance, which says what it was built in.
    String last = "[0-9a-f]{64}\n$";
    assertThat(plain.output().replaceFirst(last, ""))
        .isEqualTo(enclosed.output().replaceFirst(last, ""));
    assertThat(plain.output()).startsWith("DONE\n");
    assertThat(Path.of("/ffs/sysroot")).doesNotExist();
  }
}
