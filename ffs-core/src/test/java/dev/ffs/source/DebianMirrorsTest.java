package dev.ffs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianMirrorsTest {

  @TempDir Path apt;

  private void write(String name, String text) throws IOException {
    Path file = apt.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void aMachineWithoutAptHasNone() throws IOException {
    assertThat(DebianMirrors.read(apt.resolve("absent"))).isEmpty();
    assertThat(DebianMirrors.read(apt)).isEmpty();
  }

  @Test
  void readsTheOneLineFormat() throws IOException {
    write(
        "sources.list",
        """
        # deb http://commented.test/debian bookworm main
        deb http://one.test/debian bookworm main contrib
          deb-src [ arch=amd64 signed-by=/x/y.gpg ] https://two.test/debian/ bookworm main # why not
        deb [trusted=yes]http://three.test/debian bookworm main
        deb cdrom:[Debian 12]/ bookworm main
        deb file:/srv/debian bookworm main
        deb ftp://four.test/debian bookworm main
        deb
        debug http://five.test/debian bookworm main
        deb http://$(ARCH).test/debian bookworm main
        """);

    assertThat(DebianMirrors.read(apt))
        .containsExactly(
            "http://one.test/debian/", "https://two.test/debian/", "http://three.test/debian/");
  }

  @Test
  void readsDeb822() throws IOException {
    write(
        "sources.list.d/debian.sources",
        """
        # The main one.
        Types: deb deb-src
        URIs: http://one.test/debian
        # a comment between two lines of a field
          https://two.test/debian
        \thttp://three.test/debian
        Suites: bookworm
        Components: main

        types: deb
        uris: http://off.test/debian
        enabled: No

        Types: deb
        Enabled: yes
        URIS:
         http://four.test/debian/ http://one.test/debian/
        Suites: bookworm
        nonsense
        """);

    assertThat(DebianMirrors.read(apt))
        .containsExactly(
            "http://one.test/debian/",
            "https://two.test/debian/",
            "http://three.test/debian/",
            "http://four.test/debian/");
  }

  @Test
  void takesOnlyTheFilesThatAptTakesInTheirOrder() throws IOException {
    write("sources.list.d/b.list", "deb http://b.test/debian bookworm main");
    write("sources.list.d/a.sources", "URIs: http://a.test/debian");
    write("sources.list.d/c.list.save", "deb http://c.test/debian bookworm main");
    write("sources.list.d/d.txt", "deb http://d.test/debian bookworm main");
    write("sources.list", "deb http://main.test/debian bookworm main");

    assertThat(DebianMirrors.read(apt))
        .containsExactly(
            "http://main.test/debian/", "http://a.test/debian/", "http://b.test/debian/");
  }

  @Test
  void asksTheMainArchiveFirstThenSecurityThenTheRest() throws IOException {
    write(
        "sources.list",
        """
        deb https://vendor.test/apt stable main
        deb http://one.test/debian-security bookworm-security main
        deb http://two.test/sec bullseye/updates main
        deb http://three.test/snapshot/debian/20250520T000000Z bookworm main
        deb http://nexus.test/repository/apt bookworm main
        deb http://four.test/mirror bookworm main
        deb http://four.test/mirror bookworm-updates main
        """);

    assertThat(DebianMirrors.read(apt))
        .containsExactly(
            "http://three.test/snapshot/debian/20250520T000000Z/",
            "http://four.test/mirror/",
            "http://one.test/debian-security/",
            "http://two.test/sec/",
            "https://vendor.test/apt/",
            "http://nexus.test/repository/apt/");
  }

  @Test
  void readsTheListsOfCloudImages() throws IOException {
    write(
        "mirrors/debian.list",
        """
        # by region
        https://one.test/debian
        http://two.test/debian\tpriority:2
        """);
    write(
        "sources.list.d/debian.sources",
        "URIs: mirror+file://" + apt.resolve("mirrors/debian.list") + "\nSuites: bookworm\n");

    assertThat(DebianMirrors.read(apt))
        .containsExactly("https://one.test/debian/", "http://two.test/debian/");
  }

  @Test
  void bytesThatAreNoTextDoNoHarm() throws IOException {
    Files.write(apt.resolve("sources.list"), new byte[] {'#', (byte) 0xff, (byte) 0xfe, '\n'});

    assertThat(DebianMirrors.read(apt)).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadIsAnError() throws IOException {
    Files.createDirectories(apt.resolve("sources.list"));

    assertThatThrownBy(() -> DebianMirrors.read(apt)).isInstanceOf(IOException.class);
  }
}
