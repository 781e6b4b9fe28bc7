package dev.ffs.examples.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a distribution installs things, and what it calls them.
 *
 * @param title its name as people write it
 * @param command what installs packages, to be run as root
 * @param packages packages by the names that {@link Doctor} has for things, where they differ
 * @param ids what it and its descendants say in {@code ID} or {@code ID_LIKE} of /etc/os-release
 */
record Distribution(String title, String command, Map<String, String> packages, List<String> ids) {

  static final List<Distribution> ALL =
      List.of(
          new Distribution(
              "Debian",
              "apt-get install",
              Map.of("xz", "xz-utils", "cc", "gcc libc6-dev"),
              List.of("debian", "ubuntu")),
          new Distribution(
              "Fedora",
              "dnf install",
              Map.of("cc", "gcc", "iproute2", "iproute", "shellcheck", "ShellCheck"),
              List.of("fedora", "rhel", "centos")),
          new Distribution(
              "Alpine",
              "apk add",
              Map.of(
                  "cc", "gcc musl-dev", "qemu-user-static", "qemu-aarch64 qemu-ppc64 qemu-riscv64"),
              List.of("alpine")),
          new Distribution("Arch", "pacman -S --needed", Map.of("cc", "gcc"), List.of("arch")),
          new Distribution("Gentoo", "emerge", gentoo("dev-build/make"), List.of("gentoo")),
          new Distribution("Funtoo", "emerge", gentoo("sys-devel/make"), List.of("funtoo")));

  /** Copies the collections. */
  Distribution {
    packages = Map.copyOf(packages);
    ids = List.copyOf(ids);
  }

  private static Map<String, String> gentoo(String make) {
    return Map.ofEntries(
        Map.entry("bash", "app-shells/bash"),
        Map.entry("util-linux", "sys-apps/util-linux"),
        Map.entry("iproute2", "sys-apps/iproute2"),
        Map.entry("tar", "app-arch/tar"),
        Map.entry("xz", "app-arch/xz-utils"),
        Map.entry("gzip", "app-arch/gzip"),
        Map.entry("bzip2", "app-arch/bzip2"),
        Map.entry("patch", "sys-devel/patch"),
        Map.entry("cc", "sys-devel/gcc"),
        Map.entry("make", make),
        // With USE=static-user and QEMU_USER_TARGETS="aarch64 ppc64 riscv64".
        Map.entry("qemu-user-static", "app-emulation/qemu"),
        Map.entry("shellcheck", "dev-util/shellcheck-bin"));
  }

  /**
   * Returns the command that installs things.
   *
   * @param things what is missing, by the names that {@link Doctor} has for it
   */
  String install(List<String> things) {
    return command
        + " "
        + things.stream()
            .map(thing -> packages.getOrDefault(thing, thing))
            .collect(Collectors.joining(" "));
  }

  /**
   * Finds the distribution, or the one that it descends from.
   *
   * @param osRelease the text of /etc/os-release
   * @return the distribution, or empty if it is none of these
   */
  static Optional<Distribution> of(String osRelease) {
    // The distribution itself comes before those that it is like.
    return Stream.concat(values(osRelease, "ID"), values(osRelease, "ID_LIKE"))
        .flatMap(id -> ALL.stream().filter(d -> d.ids.contains(id)))
        .findFirst();
  }

  private static Stream<String> values(String osRelease, String key) {
    return osRelease
        .lines()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1).replaceAll("[\"']", ""))
        .flatMap(value -> Stream.of(value.toLowerCase(Locale.ROOT).split(" ", -1)));
  }
}
