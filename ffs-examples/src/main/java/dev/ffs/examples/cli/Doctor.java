package dev.ffs.examples.cli;

import dev.ffs.exec.lxd.LxdSettings;
import dev.ffs.script.ScriptGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for what builds need of a machine, by trying it. */
final class Doctor {

  /** Less than this in the store's file system is worth a word: tiny alone takes a tenth of it. */
  static final long LITTLE_SPACE = 10_000_000_000L;

  /** How it stands with something. */
  enum State {
    OK("ok"),
    /** Builds work without it. */
    NOTE("note"),
    MISSING("missing");

    private final String word;

    State(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /**
   * What was found.
   *
   * @param state how it stands
   * @param what one line
   * @param install what to install, as {@link Distribution#install} knows it, or null
   * @param commands commands that mend it without installing anything, to be run as root
   */
  record Finding(State state, String what, @Nullable String install, List<String> commands) {

    private static Finding ok(String what) {
      return new Finding(State.OK, what, null, List.of());
    }

    private static Finding install(String what, String thing) {
      return new Finding(State.MISSING, what, thing, List.of());
    }

    private static Finding missing(String what, List<String> commands) {
      return new Finding(State.MISSING, what, null, commands);
    }

    private static Finding note(String what, @Nullable String thing) {
      return new Finding(State.NOTE, what, thing, List.of());
    }
  }

  /**
   * A kernel setting that keeps ordinary users from making namespaces.
   *
   * @param name as sysctl has it
   * @param forbids the value that forbids
   * @param allows a value that allows
   */
  private record Setting(String name, String forbids, String allows) {

    String file() {
      return "/proc/sys/" + name.replace('.', '/');
    }
  }

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("kernel.unprivileged_userns_clone", "0", "1"),
          new Setting("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
          new Setting("user.max_user_namespaces", "0", "15000"),
          new Setting("user.max_mnt_namespaces", "0", "15000"),
          new Setting("user.max_pid_namespaces", "0", "15000"),
          new Setting("user.max_net_namespaces", "0", "15000"),
          new Setting("user.max_ipc_namespaces", "0", "15000"),
          new Setting("user.max_uts_namespaces", "0", "15000"));

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");

  /**
   * Runs an empty step in the enclosure that builds use, where builds would have it: in a host
   * phase, and in a chroot phase whose sysroot has nothing but bash. Its arguments are the store,
   * the script of the enclosure, the phases, and further options.
   */
  private static final String TRY_ENCLOSURE =
      """
      base=$1
      while [ ! -d "$base" ]; do base=$(dirname -- "$base"); done
      d=$(mktemp -d "$base/.ffs-doctor.XXXXXX") || exit
      trap 'chmod -R u+rwx "$d"; rm -rf -- "$d"' EXIT
      mkdir "$d/bash" "$d/layers"
      for file in /bin/bash $(ldd /bin/bash | grep -o '/[^ )]*'); do
        cp -L --parents -- "$file" "$d/bash" || exit
      done
      ln -s "$d/bash" "$d/layers/1"
      printf '%s' "$2" >"$d/enclosure.sh"
      echo true >"$d/script"
      : >"$d/none"
      phases=$3
      shift 3
      for where in $phases; do
        mkdir "$d/$where" "$d/$where/upper" "$d/$where/work" "$d/$where/build"
        bash "$d/enclosure.sh" --where "$where" --step doctor --layers "$d/layers" \\
          --upper "$d/$where/upper" --work "$d/$where/work" --build "$d/$where/build" \\
          --sources "$d/none" --prepare "$d/script" --script "$d/script" --shell /bin/bash \\
          "$@" || exit
      done
      """;

  /** What the enclosure says when it works, but less well than it could. */
  private static final String UNBOUNDED = "enclosure: before Linux 6.14 ";

  /** What the enclosure says of the emulator that it uses. */
  private static final String EMULATOR = "emulator: ";

  private final Host host;
  private final Path store;
  private final List<Finding> findings = new ArrayList<>();

  private Doctor(Host host, Path store) {
    this.host = host;
    this.store = store;
  }

  /**
   * Looks at everything.
   *
   * @param host the machine
   * @param store where builds will keep what they make
   * @param emulated the architectures whose programs the recipes have emulated, as QEMU names them,
   *     and the targets that they are for
   * @return what was found, in a fixed order
   */
  static List<Finding> examine(Host host, Path store, SortedMap<String, List<String>> emulated) {
    Doctor doctor = new Doctor(host, store);
    doctor.bash();
    doctor.utilLinux();
    for (String tool : List.of("tar", "xz", "gzip", "bzip2", "patch", "make")) {
      doctor.tool(tool);
    }
    doctor.compiler();
    doctor.network();
    if (doctor.enclosure()) {
      emulated.forEach(doctor::emulator);
    }
    doctor.space();
    doctor.shellcheck();
    doctor.lxd();
    doctor.fchroot();
    return List.copyOf(doctor.findings);
  }

  private void bash() {
    Host.Ran ran = host.run(List.of("bash", "-c", "echo \"$BASH_VERSION\""));
    String version = ran.output().strip();
    if (!ran.succeeded()) {
      findings.add(Finding.install("bash", "bash"));
    } else if (olderThan(version, 4, 4)) {
      findings.add(Finding.install("bash is " + version + ", 4.4 is needed", "bash"));
    } else {
      findings.add(Finding.ok("bash " + version));
    }
  }

  private void utilLinux() {
    for (String program : List.of("unshare", "mount", "setpriv")) {
      // Busybox has both, without the options that the enclosure needs.
      Host.Ran ran = host.run(List.of(program, "--version"));
      if (!ran.output().contains("util-linux")) {
        findings.add(Finding.install(program + " of util-linux", "util-linux"));
        return;
      }
    }
    findings.add(Finding.ok("unshare, mount and setpriv of util-linux"));
  }

  private boolean has(String program) {
    return host.run(List.of("sh", "-c", "command -v \"$1\"", "sh", program)).succeeded();
  }

  private void tool(String name) {
    if (has(name)) {
      findings.add(Finding.ok(name));
    } else {
      findings.add(Finding.install(name, name));
    }
  }

  private void network() {
    if (has("ip") || has("ifconfig")) {
      findings.add(Finding.ok("ip or ifconfig"));
    } else {
      findings.add(
          Finding.note("neither ip nor ifconfig: steps have no loopback interface", "iproute2"));
    }
  }

  private void compiler() {
    // The headers are a package of their own in some distributions.
    Host.Ran ran =
        host.run(List.of("sh", "-c", "echo '#include <stdio.h>' | cc -E -x c - >/dev/null"));
    if (ran.succeeded()) {
      findings.add(Finding.ok("cc and the headers of the C library"));
    } else {
      findings.add(Finding.install("cc, or the headers of the C library", "cc"));
    }
  }

  private Host.Ran enclosed(String phases, String... options) {
    List<String> command = new ArrayList<>(List.of("bash", "-c", TRY_ENCLOSURE, "bash"));
    command.add(store.toAbsolutePath().toString());
    command.add(ScriptGenerator.enclosure());
    command.add(phases);
    command.addAll(List.of(options));
    return host.run(command);
  }

  private static String lastLine(Host.Ran ran) {
    return ran.output().lines().reduce((a, b) -> b).orElse("no reason given");
  }

  private void emulator(String arch, List<String> targets) {
    String programs = "programs of " + arch + ", for " + String.join(", ", targets);
    Host.Ran ran = enclosed("chroot", "--emulator", arch);
    if (ran.succeeded()) {
      String how =
          ran.output()
              .lines()
              .filter(line -> line.startsWith(EMULATOR))
              .findFirst()
              .map(line -> line.substring(EMULATOR.length()))
              .orElse("this machine runs them itself");
      findings.add(Finding.ok(programs + ": " + how));
      return;
    }
    boolean there = has("qemu-" + arch + "-static") || has("qemu-" + arch);
    String reason = lastLine(ran).replaceFirst("^enclosure: ", "");
    findings.add(Finding.note(programs + ": " + reason, there ? null : "qemu-user-static"));
  }

  /** Returns whether there is one. */
  private boolean enclosure() {
    Host.Ran ran = enclosed("host chroot");
    if (ran.succeeded()) {
      findings.add(Finding.ok("the enclosure: user namespaces, overlay, pivot_root"));
      ran.output()
          .lines()
          .filter(line -> line.startsWith(UNBOUNDED))
          .findFirst()
          .ifPresent(line -> findings.add(Finding.note(line, null)));
      return true;
    }
    String said = lastLine(ran);
    String kernel = host.read("/proc/sys/kernel/osrelease").orElse("").strip();
    if (olderThan(kernel, 5, 11)) {
      said += "; this kernel is " + kernel;
    }
    List<Setting> guilty =
        SETTINGS.stream()
            .filter(s -> s.forbids().equals(host.read(s.file()).map(String::strip).orElse("")))
            .toList();
    if (guilty.isEmpty()) {
      findings.add(
          Finding.missing(
              said
                  + "; no kernel setting that we know forbids it: in a container its seccomp"
                  + " profile may, and not every file system can hold a store (try another --store)",
              List.of()));
    } else {
      String settings =
          String.join(", ", guilty.stream().map(s -> s.name() + "=" + s.forbids()).toList());
      findings.add(
          Finding.missing(
              said + "; forbidden by " + settings,
              guilty.stream().map(s -> "sysctl -w " + s.name() + "=" + s.allows()).toList()));
    }
    return false;
  }

  private void space() {
    try {
      long bytes = host.usableSpace(store);
      String what = Units.bytes(bytes) + " free for the store " + store;
      findings.add(
          bytes < LITTLE_SPACE
              ? Finding.note(
                  what + "; large recipes need more than " + Units.bytes(LITTLE_SPACE), null)
              : Finding.ok(what));
    } catch (IOException e) {
      findings.add(Finding.note("free space of the store " + store + " not known: " + e, null));
    }
  }

  private void shellcheck() {
    if (host.run(List.of("shellcheck", "--version")).succeeded()) {
      findings.add(Finding.ok("shellcheck"));
    } else {
      findings.add(Finding.note("no shellcheck: only `ffs lint` needs it", "shellcheck"));
    }
  }

  private void lxd() {
    String image = LxdSettings.of(Map.of()).sourceImage();
    Host.Ran ran = host.run(List.of("lxc", "image", "info", image));
    if (ran.succeeded()) {
      findings.add(Finding.ok("LXD with the image " + image));
    } else {
      String why =
          ran.exitCode() == Host.NOT_FOUND
              ? "no lxc"
              : "LXD has no image %s, or does not answer: %s"
                  .formatted(image, ran.output().lines().findFirst().orElse("no reason given"));
      findings.add(
          Finding.note(
              why + "; only `--executor lxd` and the old `ffs RECIPE TARGET` need it", null));
    }
  }

  private void fchroot() {
    Host.Ran ran = host.run(List.of("fchroot", "--version"));
    if (ran.succeeded()) {
      findings.add(Finding.ok(ran.output().strip()));
    } else if (has("fchroot")) {
      findings.add(
          Finding.note(
              "fchroot does not start; it needs python3, and only `--executor fchroot` needs it: "
                  + ran.output().lines().reduce((a, b) -> b).orElse("no reason given"),
              null));
    } else {
      findings.add(
          Finding.note(
              "no fchroot: only `--executor fchroot` needs it; it is funtoo-src/fchroot on GitHub"
                  + " (Apache-2.0, needs python3, and for roots of another architecture gcc and the"
                  + " static C library): git clone https://github.com/funtoo-src/fchroot, and as"
                  + " root: ln -s \"$PWD/fchroot/bin/fchroot\" /usr/local/bin/",
              null));
    }
  }

  private static boolean olderThan(String version, int major, int minor) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.lookingAt()) {
      return false;
    }
    int itsMajor = Integer.parseInt(matcher.group(1));
    return itsMajor < major || (itsMajor == major && Integer.parseInt(matcher.group(2)) < minor);
  }

  /**
   * Returns what to print.
   *
   * @param findings what was found
   * @param distribution the machine's distribution, or empty if it is not known
   * @param all whether to name the commands of every distribution
   */
  static List<String> report(
      List<Finding> findings, Optional<Distribution> distribution, boolean all) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add("%-8s %s".formatted(finding.state().word(), finding.what()));
    }
    List<String> missing =
        findings.stream()
            .flatMap(f -> Optional.ofNullable(f.install()).stream())
            .distinct()
            .toList();
    List<String> mending = findings.stream().flatMap(f -> f.commands().stream()).toList();
    if (!missing.isEmpty()) {
      lines.add("");
      lines.add("To install what is missing, as root:");
      boolean every = all || distribution.isEmpty();
      for (Distribution d : Distribution.ALL) {
        if (every) {
          lines.add("  %-8s %s".formatted(d.title() + ":", d.install(missing)));
        } else if (d.equals(distribution.get())) {
          lines.add("  " + d.install(missing));
        }
      }
    }
    if (!mending.isEmpty()) {
      lines.add("");
      lines.add("To allow what is forbidden until the next start, as root:");
      mending.forEach(command -> lines.add("  " + command));
    }
    return lines;
  }
}
