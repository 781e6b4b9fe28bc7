package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.examples.cli.Doctor.Finding;
import dev.ffs.examples.cli.Doctor.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DoctorTest {

  private static final Path STORE = Path.of("/store");

  private final FakeHost host = new FakeHost();
  private final SortedMap<String, List<String>> emulated = new TreeMap<>();

  private String report(boolean all) {
    Optional<Distribution> distribution = host.read("/etc/os-release").flatMap(Distribution::of);
    return String.join(
            "\n", Doctor.report(Doctor.examine(host, STORE, emulated), distribution, all))
        + "\n";
  }

  private List<Finding> notOk() {
    return Doctor.examine(host, STORE, emulated).stream()
        .filter(f -> f.state() != State.OK)
        .toList();
  }

  @Test
  void aMachineThatHasEverythingIsToldSo() {
    assertThat(report(false))
        .isEqualTo(
            """
            ok       bash 5.2.15(1)-release
            ok       unshare, mount and setpriv of util-linux
            ok       tar
            ok       xz
            ok       gzip
            ok       bzip2
            ok       patch
            ok       make
            ok       cc and the headers of the C library
            ok       ip or ifconfig
            ok       the enclosure: user namespaces, overlay, pivot_root
            ok       50.0 GB free for the store /store
            ok       shellcheck
            ok       LXD with the image funtoo-fchroot
            ok       fchroot 1.0.2 (Valley of the Moles)
            """);
  }

  @Test
  void whatIsMissingComesWithTheCommandThatInstallsIt() {
    host.lacks("xz").lacks("patch").answer("sh -c echo '#include", 1, "stdio.h: no such file");

    assertThat(report(false))
        .contains("missing  xz\n")
        .contains("missing  patch\n")
        .contains("missing  cc, or the headers of the C library\n")
        .endsWith(
            """

            To install what is missing, as root:
              apt-get install xz-utils patch gcc libc6-dev
            """);
  }

  @Test
  void allCommandsAreNamedOnRequestAndWhereTheDistributionIsUnknown() {
    host.lacks("xz");
    String all =
        """

        To install what is missing, as root:
          Debian:  apt-get install xz-utils
          Fedora:  dnf install xz
          Alpine:  apk add xz
          Arch:    pacman -S --needed xz
          Gentoo:  emerge app-arch/xz-utils
          Funtoo:  emerge app-arch/xz-utils
        """;

    assertThat(report(true)).endsWith(all);

    host.files.remove("/etc/os-release");

    assertThat(report(false)).endsWith(all);
  }

  @Test
  void anOldBashIsNotEnough() {
    host.answer("bash -c echo", 0, "4.3.48(1)-release\n");

    assertThat(notOk())
        .containsExactly(
            new Finding(
                State.MISSING, "bash is 4.3.48(1)-release, 4.4 is needed", "bash", List.of()));
  }

  @Test
  void noBashAtAllIsMissing() {
    host.answer("bash -c echo", Host.NOT_FOUND, "");

    assertThat(notOk()).containsExactly(new Finding(State.MISSING, "bash", "bash", List.of()));
  }

  @Test
  void busyboxIsNoUtilLinux() {
    host.answer("mount", 1, "mount: unrecognized option '--version'\nBusyBox v1.36.1\n");

    assertThat(notOk())
        .containsExactly(
            new Finding(State.MISSING, "mount of util-linux", "util-linux", List.of()));
  }

  @Test
  void theKernelSettingThatForbidsNamespacesIsNamed() {
    host.enclosureFails("enclosure: the kernel gives no user namespace: Operation not permitted\n");
    host.files.put("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
    host.files.put("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    host.files.put("/proc/sys/user/max_user_namespaces", "31000\n");

    assertThat(report(false))
        .contains(
            "missing  enclosure: the kernel gives no user namespace: Operation not permitted;"
                + " forbidden by kernel.unprivileged_userns_clone=0,"
                + " kernel.apparmor_restrict_unprivileged_userns=1\n")
        .endsWith(
            """

            To allow what is forbidden until the next start, as root:
              sysctl -w kernel.unprivileged_userns_clone=1
              sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
            """);
  }

  @Test
  void withoutAGuiltySettingOtherReasonsAreTold() {
    host.enclosureFails("warning: x\nenclosure: cannot mount an overlay\n");
    host.files.put("/proc/sys/kernel/osrelease", "5.10.0-8\n");

    assertThat(notOk())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.what())
                    .isEqualTo(
                        "enclosure: cannot mount an overlay; this kernel is 5.10.0-8; no kernel"
                            + " setting that we know forbids it: in a container its seccomp"
                            + " profile may, and not every file system can hold a store (try"
                            + " another --store)"));
  }

  @Test
  void eachArchitectureOfTheRecipesIsTried() {
    emulated.put("aarch64", List.of("musl arm-64bit", "gnu arm-64bit"));
    emulated.put("x86_64", List.of("gnu x86-64bit"));
    host.emulator("aarch64", 0, "emulator: qemu-aarch64 version 7.2.22\n");

    assertThat(report(false))
        .contains(
            """
            ok       the enclosure: user namespaces, overlay, pivot_root
            ok       programs of aarch64, for musl arm-64bit, gnu arm-64bit: qemu-aarch64 version 7.2.22
            ok       programs of x86_64, for gnu x86-64bit: this machine runs them itself
            """);
  }

  @Test
  void anEmulatorThatIsMissingIsNotedWithTheCommandThatInstallsIt() {
    emulated.put("aarch64", List.of("musl arm-64bit"));
    host.lacks("qemu-aarch64-static").lacks("qemu-aarch64");
    host.emulator("aarch64", 125, "enclosure: this machine has neither\n");

    assertThat(notOk())
        .containsExactly(
            new Finding(
                State.NOTE,
                "programs of aarch64, for musl arm-64bit: this machine has neither",
                "qemu-user-static",
                List.of()));
    assertThat(report(false)).endsWith("  apt-get install qemu-user-static\n");
  }

  @Test
  void whatElseKeepsAnEmulatorFromRunningIsNoted() {
    emulated.put("aarch64", List.of("musl arm-64bit"));
    host.emulator("aarch64", 125, "enclosure: programs of aarch64 do not run here\n");

    assertThat(notOk())
        .containsExactly(
            new Finding(
                State.NOTE,
                "programs of aarch64, for musl arm-64bit: programs of aarch64 do not run here",
                null,
                List.of()));
  }

  @Test
  void withoutAnEnclosureNoEmulatorIsTried() {
    emulated.put("aarch64", List.of("musl arm-64bit"));
    host.enclosureFails("enclosure: cannot mount an overlay\n");

    assertThat(report(false)).doesNotContain("aarch64");
  }

  @Test
  void whatBuildsCanDoWithoutIsOnlyNoted() {
    host.answer("shellcheck", Host.NOT_FOUND, "").lacks("ip").lacks("ifconfig");
    host.space = 2_000_000_000L;

    assertThat(notOk())
        .containsExactly(
            new Finding(
                State.NOTE,
                "neither ip nor ifconfig: steps have no loopback interface",
                "iproute2",
                List.of()),
            new Finding(
                State.NOTE,
                "2.0 GB free for the store /store; large recipes need more than 10.0 GB",
                null,
                List.of()),
            new Finding(
                State.NOTE, "no shellcheck: only `ffs lint` needs it", "shellcheck", List.of()));
  }

  @Test
  void whatLxdLacksIsOnlyNoted() {
    host.answer("lxc image info", Host.NOT_FOUND, "");
    assertThat(report(false))
        .contains(
            "note     no lxc; only `--executor lxd` and the old `ffs RECIPE TARGET` need it\n");

    host.answer("lxc image info", 1, "Error: Image not found\n");
    assertThat(report(false))
        .contains(
            "note     LXD has no image funtoo-fchroot, or does not answer: Error: Image not found;"
                + " only `--executor lxd`");
  }

  @Test
  void fchrootIsOnlyNotedWithTheWayToGetIt() {
    host.answer("fchroot --version", Host.NOT_FOUND, "").lacks("fchroot");

    assertThat(report(false))
        .endsWith(
            "note     no fchroot: only `--executor fchroot` needs it; it is funtoo-src/fchroot on"
                + " GitHub (Apache-2.0, needs python3, and for roots of another architecture gcc and"
                + " the static C library): git clone https://github.com/funtoo-src/fchroot, and as"
                + " root: ln -s \"$PWD/fchroot/bin/fchroot\" /usr/local/bin/\n");

    host.answer("fchroot --version", 127, "env: 'python3': No such file or directory\n")
        .answer("sh -c command -v \"$1\" sh fchroot", 0, "/bin/fchroot");

    assertThat(report(false))
        .endsWith(
            "note     fchroot does not start; it needs python3, and only `--executor fchroot` needs"
                + " it: env: 'python3': No such file or directory\n");
  }
}
