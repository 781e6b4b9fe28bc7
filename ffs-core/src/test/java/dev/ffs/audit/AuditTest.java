package dev.ffs.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the audit says of files that are no programs. */
class AuditTest {

  @TempDir Path directory;
  private Audited audited;

  @BeforeEach
  void begin() {
    audited = new Audited(directory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "libdir='/tools/lib'",
        "Libs: -L/tools/lib -lz",
        "gcc -B/tools/bin/",
        "--prefix=/tools",
        "PATH=/bin:/tools/bin",
        "see /tools.",
        "/tools",
        "\0/tools\0"
      })
  void apathOfTheBuildIsFoundWhereverItBegins(String text) throws IOException {
    audited.file("usr/lib/pkgconfig/x.pc", text);

    assertThat(audited.findings())
        .singleElement()
        .asString()
        .startsWith("/usr/lib/pkgconfig/x.pc: names /tools")
        .endsWith(", of the build");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/share/tools/x",
        "${prefix}/tools/x",
        "$(top)/tools",
        "../tools/x",
        "https://tools.ietf.org/tools/",
        "/toolset/x",
        "/tools-old",
        "/tools.d/x",
        "/build/other",
        "/build/gcc-pass2",
        "FOO-XL/tools",
        "tools/x"
      })
  void whatOnlyLooksLikeAPathOfTheBuildIsNone(String text) throws IOException {
    audited.file("etc/x", text);

    assertThat(audited.findings()).isEmpty();
  }

  @Test
  void eachPathIsNamedOnceAndTooManyAreCounted() throws IOException {
    audited.file(
        "etc/x",
        "/ffs/sysroot/a /ffs/sysroot/a /build/gcc/b /build/gcc-pass1 /tools/c /home/u/store/d");

    assertThat(audited.findings())
        .containsExactly(
            "/etc/x: names /ffs/sysroot/a, /build/gcc/b, /build/gcc-pass1 and 2 more, of the build");
  }

  @Test
  void whatStandsInAForbiddenDirectoryIsSaidOnce() throws IOException {
    audited.file("tools/bin/a", "");
    audited.file("tools/bin/b", "");

    assertThat(audited.findings())
        .containsExactly("/tools: is of the build and does not belong here");
  }

  @Test
  void anAbsoluteLinkMustLeadSomewhere() throws IOException {
    audited.file("usr/bin/perl5", "");
    audited.link("bin", "usr/bin");
    audited.link("usr/bin/perl", "/bin/perl5");
    audited.link("etc/mtab", "/proc/self/mounts");
    audited.link("etc/relative", "nowhere");
    audited.link("etc/gone", "/usr/bin/gone");
    audited.link("etc/old", "/tools/etc/old");
    audited.link("etc/circle", "/etc/circle");

    assertThat(audited.findings())
        .containsExactly(
            "/etc/circle: points to /etc/circle, which does not exist",
            "/etc/gone: points to /usr/bin/gone, which does not exist",
            "/etc/old: points to /tools/etc/old, of the build");
  }

  @Test
  void aScriptNeedsItsInterpreter() throws IOException {
    audited.program("usr/bin/bash", "");
    audited.program("usr/bin/env", "");
    audited.link("bin", "usr/bin");
    audited.program("usr/bin/good", "#! /bin/bash -e\n");
    audited.program("usr/bin/through-env", "#!/usr/bin/env -S bash -e\n");
    audited.program("usr/bin/perl-script", "#!/usr/bin/perl\n");
    audited.program("usr/bin/python-script", "#!/usr/bin/env python3\n");
    audited.file("usr/share/example", "#!/usr/local/bin/perl\n");

    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/perl-script: its interpreter /usr/bin/perl does not exist",
            "/usr/bin/python-script: its interpreter python3 does not exist");
  }

  @Test
  void whatTheRecipeExceptsIsNotJudgedButCounted() throws IOException {
    audited.file("usr/share/x/a", "/tools");
    audited.file("usr/share/xy", "");
    audited.except = new String[] {"/usr/share/x"};

    AuditReport report = audited.report();

    assertThat(report.passed()).isTrue();
    assertThat(report.files()).isEqualTo(1);
    // The directory and the file.
    assertThat(report.excepted()).isEqualTo(2);
  }

  private void bytes(String path, String latin1) throws IOException {
    Files.write(audited.file(path, ""), latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The headers of DOS and Windows, with the second one where the first says it is. */
  private static String windows(String signature) {
    return "MZ" + "\0".repeat(58) + "\200\0\0\0" + "\0".repeat(64) + signature + "\0".repeat(20);
  }

  @Test
  void aProgramThatNoneOfTheCompilersCanHaveMadeIsFound() throws IOException {
    try (InputStream real = Finding.class.getResourceAsStream("Finding.class")) {
      Files.write(audited.file("usr/share/a.class", ""), real.readAllBytes());
    }
    // As gettext ships it: for the first Java.
    bytes("usr/share/b.class", "\312\376\272\276\0\3\0\55");
    bytes("usr/lib/c.exe", windows("PE\0\0"));
    bytes("usr/lib/d.wasm", "\0asm\1\0\0\0");
    bytes("usr/lib/e", "\317\372\355\376" + "\7\0\0\1" + "\3\0\0\0" + "\2\0\0\0" + "\0".repeat(16));
    bytes(
        "usr/lib/f", "\376\355\372\316" + "\0\0\0\22" + "\0\0\0\0" + "\0\0\0\6" + "\0".repeat(12));
    bytes("usr/lib/g", "\312\376\272\276\0\0\0\2" + "\0".repeat(40));

    assertThat(audited.findings())
        .containsExactly(
            "/usr/lib/c.exe: is a program for Windows or UEFI, which none of the compilers made",
            "/usr/lib/d.wasm: is a WebAssembly program, which none of the compilers made",
            "/usr/lib/e: is a Mach-O program, which none of the compilers made",
            "/usr/lib/f: is a Mach-O program, which none of the compilers made",
            "/usr/lib/g: is a Mach-O universal binary, which none of the compilers made",
            "/usr/share/a.class: is a Java class, which none of the compilers made",
            "/usr/share/b.class: is a Java class, which none of the compilers made");
    audited.except = new String[] {"/usr/lib", "/usr/share/a.class", "/usr/share/b.class"};
    assertThat(audited.findings()).isEmpty();
  }

  @Test
  void whatOnlyBeginsLikeAProgramIsNone() throws IOException {
    bytes("short", "MZ");
    bytes("text", "MZ stands for Mark Zbikowski. ".repeat(100));
    bytes("dos", windows("NE\0\0"));
    bytes("cut-short", windows("PE\0\0").substring(0, 100));
    bytes("no-version-of-java", "\312\376\272\276\1\0\377\377");
    bytes("for-no-processor", "\312\376\272\276\0\0\0\0");
    bytes("without-a-table", "\312\376\272\276\0\0\0\2");
    bytes("of-no-kind", "\316\372\355\376" + "\0".repeat(28));
    bytes("asm", "asm\0\0\0\0\0");

    assertThat(audited.findings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\177ELF", "\177ELF\2\1\1", "!<arch>\nno member at all", "!<arch>\nshort"})
  void whatIsCutShortIsDamaged(String content) throws IOException {
    bytes("x", content);

    assertThat(audited.findings()).singleElement().asString().startsWith("/x: is damaged: ");
  }
}
