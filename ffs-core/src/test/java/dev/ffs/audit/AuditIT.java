package dev.ffs.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, made by the machine's own compiler, which here stands for the one built here. */
class AuditIT {

  @TempDir Path directory;
  private Audited audited;

  @BeforeEach
  void begin() throws Exception {
    Tools.require("gcc");
    Tools.require("objcopy");
    audited = new Audited(Files.createDirectory(directory.resolve("root")));
    audited.triple = "x86_64-linux-gnu";
    Files.writeString(directory.resolve("hello.c"), "int main(void) { return 0; }\n");
    Files.writeString(directory.resolve("other.c"), "int other(void) { return 0; }\n");
    // The loader and the C library are the host's, and nothing is asked of them but to be there.
    audited.file("lib64/ld-linux-x86-64.so.2", "");
    audited.file("lib/libc.so.6", "");
    audited.compilers = comments(compile("usr/bin/hello"));
  }

  private void run(String... command) throws Exception {
    Tools.Result result = Tools.run(directory, command);
    assertThat(result.code()).as(result.output()).isZero();
  }

  private Path compile(String path, String... options) throws Exception {
    Path program = audited.root.resolve(path);
    Files.createDirectories(program.getParent());
    run(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("gcc", "-o", program.toString(), "hello.c"),
                Arrays.stream(options))
            .toArray(String[]::new));
    return program;
  }

  private static String[] comments(Path program) throws Exception {
    return ElfFile.read(Files.readAllBytes(program)).comments().toArray(String[]::new);
  }

  @Test
  void whatTheAllowedCompilerMadePasses() throws Exception {
    run("gcc", "-c", "other.c");
    run("ar", "rc", "libother.a", "other.o");
    Files.createDirectories(audited.root.resolve("usr/lib"));
    Files.copy(directory.resolve("libother.a"), audited.root.resolve("usr/lib/libother.a"));

    AuditReport report = audited.report();

    assertThat(report.findings()).isEmpty();
    assertThat(report.elfFiles()).isEqualTo(2);
    assertThat(audited.compilers).anyMatch(comment -> comment.startsWith("GCC: ("));
  }

  @Test
  void whatTheReaderSaysIsWhatReadelfSays() throws Exception {
    Path program =
        compile("usr/bin/x", "-Wl,-rpath,/usr/lib/x:$ORIGIN", "-lm", "-Wl,--no-as-needed");
    ElfFile elf = ElfFile.read(Files.readAllBytes(program));

    String dynamic = Tools.run(directory, "readelf", "-dl", program.toString()).output();

    assertThat(elf.interpreter()).isEqualTo("/lib64/ld-linux-x86-64.so.2");
    assertThat(dynamic).contains("[Requesting program interpreter: " + elf.interpreter() + "]");
    assertThat(elf.needed())
        .contains("libc.so.6")
        .allSatisfy(name -> assertThat(dynamic).contains("Shared library: [" + name + "]"));
    assertThat(elf.runPaths()).containsExactly("/usr/lib/x:$ORIGIN");
    assertThat(elf.bits()).isEqualTo(64);
    assertThat(elf.machine()).isEqualTo(62);
    assertThat(elf.littleEndian()).isTrue();
  }

  @Test
  void aHostProgramIsFound() throws Exception {
    audited.compilers = new String[] {"GCC: (GNU) 14.2.0"};
    Files.delete(audited.root.resolve("usr/bin/hello"));
    Files.copy(Path.of("/bin/ls"), audited.root.resolve("usr/bin/ls"));

    List<String> findings = audited.findings();

    assertThat(findings).isNotEmpty().allMatch(finding -> finding.startsWith("/usr/bin/ls: "));
    assertThat(findings).anyMatch(finding -> finding.contains(".comment"));
  }

  @Test
  void aRunPathToTheToolsOfTheBuildIsFound() throws Exception {
    compile("usr/bin/x", "-Wl,-rpath,/tools/lib:/usr/lib:$ORIGIN/../lib");
    compile("usr/bin/y", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../../tmp");

    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/x: names /tools/lib, of the build",
            "/usr/bin/x: RPATH '/tools/lib' leads out of /usr and /lib",
            "/usr/bin/y: RPATH '$ORIGIN/../../tmp' leads out of /usr and /lib");
  }

  @Test
  void aFileForAnotherProcessorIsFound() throws Exception {
    byte[] program = Files.readAllBytes(audited.root.resolve("usr/bin/hello"));
    program[18] = (byte) 183;
    Files.write(audited.root.resolve("usr/bin/arm"), program);

    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/arm: is for aarch64 (64 bits, little end first), not for x86_64");
  }

  @Test
  void anotherCompilerIsFound() throws Exception {
    Files.writeString(directory.resolve("comment"), "clang version 19.1.7\0");
    Path program = compile("usr/bin/x");
    run("objcopy", "--update-section", ".comment=comment", program.toString());
    run("objcopy", "-R", ".comment", compile("usr/bin/y").toString());

    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/x: .comment names another compiler: clang version 19.1.7",
            "/usr/bin/y: does not say which compiler made it: it has no .comment");
  }

  @Test
  void membersOfStaticLibrariesAreJudged() throws Exception {
    Files.writeString(directory.resolve("comment"), "clang version 19.1.7\0");
    run("gcc", "-c", "other.c", "-o", "an-object-with-a-long-name.o");
    run("gcc", "-c", "other.c", "-o", "good.o");
    run("objcopy", "--update-section", ".comment=comment", "an-object-with-a-long-name.o");
    Files.writeString(directory.resolve("module.o"), "\0asm\1\0\0\0");
    run("ar", "rc", "root/usr/libx.a", "good.o", "an-object-with-a-long-name.o", "module.o");

    assertThat(audited.findings())
        .containsExactly(
            "/usr/libx.a(an-object-with-a-long-name.o): .comment names another compiler: clang"
                + " version 19.1.7",
            "/usr/libx.a(module.o): is a WebAssembly program, which none of the compilers made");
  }

  @Test
  void librariesAreLookedForWhereTheLoaderDoes() throws Exception {
    Files.createDirectories(audited.root.resolve("opt/lib"));
    run("gcc", "-shared", "-fPIC", "-o", "root/opt/lib/libother.so", "other.c");
    String[] options = {"-Wl,--no-as-needed", "-Lroot/opt/lib", "-lother"};
    compile("usr/bin/x", options);

    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/x: needs libother.so, which is in none of /lib, /usr/lib, /lib64,"
                + " /usr/lib64");

    audited.file("etc/ld.so.conf.d/opt.conf", "# ours\n/opt/lib\n");
    assertThat(audited.findings()).isEmpty();

    audited.file("etc/ld.so.conf.d/opt.conf", "");
    compile("usr/bin/x", "-Wl,--no-as-needed", "-Lroot/opt/lib", "-lother", "-Wl,-rpath,/usr/opt");
    audited.link("usr/opt", "../opt/lib");
    assertThat(audited.findings()).isEmpty();
  }

  @Test
  void theLoaderMustBeThereAndBeTheOneOfTheTarget() throws Exception {
    Files.delete(audited.root.resolve("lib64/ld-linux-x86-64.so.2"));
    assertThat(audited.findings())
        .containsExactly(
            "/usr/bin/hello: its interpreter /lib64/ld-linux-x86-64.so.2 does not exist");

    audited.triple = "x86_64-linux-musl";
    audited.file("lib64/ld-linux-x86-64.so.2", "");
    assertThat(audited.findings())
        .contains(
            "/usr/bin/hello: its interpreter is /lib64/ld-linux-x86-64.so.2, not"
                + " /lib/ld-musl-x86_64.so.1");
  }

  @Test
  void noChangeOfItsBytesMakesAFileDoMoreThanBeingDamaged() throws Exception {
    byte[] program = Files.readAllBytes(audited.root.resolve("usr/bin/hello"));
    Random random = new Random(20241125);
    int damaged = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] changed = program.clone();
      for (int j = 0; j < 4; j++) {
        // Most of the headers are at the two ends.
        int at = random.nextInt(1024);
        changed[random.nextBoolean() ? at : changed.length - 1 - at] = (byte) random.nextInt();
      }
      changed =
          Arrays.copyOf(
              changed,
              random.nextInt(4) == 0 ? random.nextInt(changed.length) + 4 : changed.length);
      damaged += damaged(changed);
    }
    assertThat(damaged).isPositive();
  }

  private static int damaged(byte[] content) {
    if (!ElfFile.is(content)) {
      return 0;
    }
    try {
      ElfFile.read(content);
      return 0;
    } catch (MalformedFileException e) {
      assertThat(e.getMessage()).isNotBlank();
      return 1;
    }
  }

  @Test
  void aFileOfTwoNamesIsJudgedOnce() throws IOException {
    Files.createLink(audited.root.resolve("usr/bin/again"), audited.root.resolve("usr/bin/hello"));

    assertThat(audited.report().elfFiles()).as("one file of two names").isEqualTo(1);
  }
}
