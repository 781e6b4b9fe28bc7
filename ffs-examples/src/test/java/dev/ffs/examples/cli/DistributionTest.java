package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributionTest {

  @ParameterizedTest
  @CsvSource({
    "'PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n', Debian",
    "'ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n', Debian",
    "'ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n', Fedora",
    "'NAME=\"Alpine Linux\"\nID=alpine\n', Alpine",
    "'ID=manjaro\nID_LIKE=arch\n', Arch",
    "'ID=gentoo\n', Gentoo",
    "'ID=''funtoo''\nID_LIKE=gentoo\n', Funtoo"
  })
  void aDistributionIsItselfOrTheOneItDescendsFrom(String osRelease, String title) {
    assertThat(Distribution.of(osRelease)).map(Distribution::title).hasValue(title);
  }

  @Test
  void anUnknownOneIsNone() {
    assertThat(Distribution.of("ID=plan9\nVERSION_ID=debian\n")).isEmpty();
  }

  @Test
  void eachHasItsOwnNamesForThings() {
    List<String> things =
        List.of(
            "bash",
            "util-linux",
            "tar",
            "xz",
            "gzip",
            "bzip2",
            "patch",
            "make",
            "cc",
            "iproute2",
            "shellcheck");

    assertThat(Distribution.ALL.stream().map(d -> d.install(things)))
        .containsExactly(
            "apt-get install bash util-linux tar xz-utils gzip bzip2 patch make gcc libc6-dev"
                + " iproute2 shellcheck",
            "dnf install bash util-linux tar xz gzip bzip2 patch make gcc iproute ShellCheck",
            "apk add bash util-linux tar xz gzip bzip2 patch make gcc musl-dev iproute2 shellcheck",
            "pacman -S --needed bash util-linux tar xz gzip bzip2 patch make gcc iproute2"
                + " shellcheck",
            "emerge app-shells/bash sys-apps/util-linux app-arch/tar app-arch/xz-utils"
                + " app-arch/gzip app-arch/bzip2 sys-devel/patch dev-build/make sys-devel/gcc"
                + " sys-apps/iproute2 dev-util/shellcheck-bin",
            "emerge app-shells/bash sys-apps/util-linux app-arch/tar app-arch/xz-utils"
                + " app-arch/gzip app-arch/bzip2 sys-devel/patch sys-devel/make sys-devel/gcc"
                + " sys-apps/iproute2 dev-util/shellcheck-bin");
  }
}
