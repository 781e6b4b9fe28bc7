package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.script.Shell;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sees to it that a container has what a build needs.
 *
 * <p>What is missing is installed by the container's own package manager, if the container has a
 * way to a network. A build itself needs none, so only then is waited for one.
 */
final class ContainerTools {

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH",
          "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "HOME",
          "/root",
          "DEBIAN_FRONTEND",
          "noninteractive");

  private static final Duration CHECK = Duration.ofMinutes(2);
  private static final Duration INSTALLATION = Duration.ofHours(2); // emerge compiles.
  private static final int LAST_LINES = 20;

  /** A package manager: how it installs, and in which packages it has the tools. */
  private enum Manager {
    APT(0, "apt-get", "apt-get update && apt-get install -y --no-install-recommends"),
    DNF(1, "dnf", "dnf install -y"),
    APK(2, "apk", "apk add"),
    PACMAN(3, "pacman", "pacman -Sy --needed --noconfirm"),
    EMERGE(4, "emerge", "emerge --ask=n --noreplace");

    private final int column;
    private final String program;
    private final String install;

    Manager(int column, String program, String install) {
      this.column = column;
      this.program = program;
      this.install = install;
    }
  }

  /** Tool, by the name that tools.sh gives it, to its packages, in the columns of the managers. */
  static final Map<String, List<String>> PACKAGES =
      Map.ofEntries(
          same("bash", "app-shells/bash"),
          Map.entry(
              "cc",
              List.of("gcc libc6-dev", "gcc glibc-devel", "gcc musl-dev", "gcc", "sys-devel/gcc")),
          Map.entry("c++", List.of("g++", "gcc-c++", "g++", "gcc", "sys-devel/gcc")),
          same("make", "sys-devel/make"),
          same("tar", "app-arch/tar"),
          Map.entry("xz", List.of("xz-utils", "xz", "xz", "xz", "app-arch/xz-utils")),
          same("bzip2", "app-arch/bzip2"),
          same("gzip", "app-arch/gzip"),
          same("patch", "sys-devel/patch"),
          Map.entry(
              "find",
              List.of("findutils", "findutils", "findutils", "findutils", "sys-apps/findutils")),
          same("coreutils", "sys-apps/coreutils"),
          same("sed", "sys-apps/sed"),
          same("grep", "sys-apps/grep"),
          Map.entry("awk", List.of("mawk", "gawk", "gawk", "gawk", "sys-apps/gawk")),
          Map.entry(
              "util-linux",
              List.of(
                  "util-linux mount",
                  "util-linux",
                  "util-linux",
                  "util-linux",
                  "sys-apps/util-linux")),
          Map.entry(
              "pivot_root",
              List.of(
                  "util-linux", "util-linux", "util-linux", "util-linux", "sys-apps/util-linux")),
          Map.entry(
              "hostname",
              List.of("hostname", "hostname", "net-tools", "inetutils", "sys-apps/net-tools")),
          Map.entry(
              "ip", List.of("iproute2", "iproute", "iproute2", "iproute2", "sys-apps/iproute2")));

  private final LxdContainer container;
  private final LxdExecutor executor;
  private final Cancellation cancellation;
  private final int patience;

  /**
   * Makes one.
   *
   * @param container a running container
   * @param cancellation ends what takes long
   * @param patience seconds to wait for a way to a network
   */
  ContainerTools(LxdContainer container, Cancellation cancellation, int patience) {
    this.container = container;
    this.executor = new LxdExecutor(container);
    this.cancellation = cancellation;
    this.patience = patience;
  }

  /** What is missing, and what could install it. */
  private record Missing(List<String> tools, List<Manager> managers) {

    /** The command that installs it, by the first manager. */
    String command() {
      Manager manager = managers.get(0);
      Set<String> packages = new LinkedHashSet<>();
      for (String tool : tools) {
        List<String> names = PACKAGES.get(tool);
        if (names == null) {
          throw new IllegalStateException("in which packages is " + tool + "?");
        }
        packages.addAll(List.of(names.get(manager.column).split(" ")));
      }
      return manager.install + " " + Shell.command(List.copyOf(packages));
    }
  }

  /**
   * Has what is missing installed.
   *
   * @param networkInterface the interface that leads to a network, such as {@code eth0}
   * @throws LxdException if something is missing afterwards; its message names it
   */
  void provide(String networkInterface) {
    Missing missing = check();
    if (missing.tools.isEmpty()) {
      return;
    }
    String lacks =
        "the container "
            + container
            + " lacks what a build needs: "
            + String.join(", ", missing.tools)
            + ". It cannot be installed: ";
    if (missing.managers.isEmpty()) {
      throw new LxdException(
          lacks
              + "the container has no package manager that is known here ("
              + String.join(", ", managerNames())
              + "). Take another image, by LXD_FFS_SOURCE_IMAGE",
          null);
    }
    String toImage =
        ". Install it in the image that containers are made of: `"
            + missing.command()
            + "` in a container of it that has a network, then `lxc publish`";
    waitForNetwork(networkInterface, lacks, toImage);
    List<String> said = install(missing, lacks, toImage);
    Missing still = check();
    if (!still.tools.isEmpty()) {
      throw new LxdException(
          "the container "
              + container
              + " still lacks "
              + String.join(", ", still.tools)
              + " after `"
              + missing.command()
              + "`, which ended with:\n"
              + String.join("\n", said),
          null);
    }
  }

  private Missing check() {
    Deque<String> lines = new ArrayDeque<>();
    ExitStatus status =
        run(List.of("sh", "-c", Scripts.read("tools.sh")), CHECK, lines, Integer.MAX_VALUE);
    if (!status.succeeded()) {
      throw new LxdException(
          "what the container "
              + container
              + " lacks could not be found out ("
              + status
              + "): "
              + String.join("; ", lines),
          null);
    }
    List<String> tools = new ArrayList<>();
    List<Manager> managers = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("with ")) {
        for (Manager manager : Manager.values()) {
          if (line.endsWith(" " + manager.program)) {
            managers.add(manager);
          }
        }
      } else {
        tools.add(line);
      }
    }
    return new Missing(tools, managers);
  }

  private void waitForNetwork(String networkInterface, String lacks, String toImage) {
    List<String> command =
        List.of(
            "sh",
            "-c",
            Scripts.read("network.sh"),
            "ffs-network",
            networkInterface,
            Integer.toString(patience));
    ExitStatus status = run(command, CHECK, new ArrayDeque<>(), 0);
    if (!status.succeeded()) {
      String why =
          status.code() == 2
              ? "the container has no network interface " + networkInterface
              : networkInterface
                  + " gets the container no way out (no default route within "
                  + patience
                  + " s)";
      throw new LxdException(lacks + why + "; LXD_INTERFACE names the one to use" + toImage, null);
    }
  }

  private List<String> install(Missing missing, String lacks, String toImage) {
    Deque<String> lines = new ArrayDeque<>();
    ExitStatus status =
        run(List.of("sh", "-c", missing.command()), INSTALLATION, lines, LAST_LINES);
    if (!status.succeeded()) {
      throw new LxdException(
          lacks
              + "`"
              + missing.command()
              + "` ended with "
              + status
              + toImage
              + ":\n"
              + String.join("\n", lines),
          null);
    }
    return List.copyOf(lines);
  }

  private ExitStatus run(List<String> argv, Duration timeout, Deque<String> lines, int most) {
    ExitStatus status =
        executor.run(
            new Command(argv, ENVIRONMENT, "/", timeout),
            (channel, line) -> {
              lines.addLast(line);
              if (lines.size() > most) {
                lines.removeFirst();
              }
            },
            cancellation);
    if (status.end() == End.CANCELLED) {
      throw new LxdException("cancelled while the container " + container + " was prepared", null);
    }
    return status;
  }

  private static List<String> managerNames() {
    List<String> names = new ArrayList<>();
    for (Manager manager : Manager.values()) {
      names.add(manager.program);
    }
    return names;
  }

  private static Map.Entry<String, List<String>> same(String name, String inPortage) {
    return Map.entry(name, List.of(name, name, name, name, inPortage));
  }
}
