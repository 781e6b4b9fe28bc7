package dev.ffs.script;

import static dev.ffs.fixtures.Fixtures.DIGEST;
import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.source;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;
import static dev.ffs.fixtures.Fixtures.variable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Golden;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Archive;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Patch;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScriptGeneratorTest {

  private static final ScriptGenerator GENERATOR = ScriptGenerator.create();

  @TempDir Path directory;

  private static PlannedStep planned(Place where, PackageStep step, Source... sources) {
    String toolchain = where == Place.HOST ? "cross" : "native";
    return Planner.plan(
            recipe(List.of(sources), "tools", phase("tools", where, toolchain, step)), "x86-64bit")
        .steps()
        .get(0);
  }

  private static PackageStep autotools() {
    return new PackageStep(
        "gmp",
        texts("gmp", "mpfr"),
        new Needs.Only(List.of()),
        List.of(variable("CFLAGS", "$FFS_CFLAGS -fPIC")),
        null,
        new BuildOptions(
            null,
            texts("--enable-cxx", "--with-note=it's $HOME"),
            texts("V=1"),
            List.of(),
            text("build")),
        text("sed -i 's/a/b/' configure\n"),
        text("rm -rf \"$FFS_SYSROOT/tools/share\"\n"),
        null,
        1,
        List.of(),
        HERE);
  }

  private static Source repacked() {
    return new Source(
        "gmp",
        text("6.3.0"),
        text("LGPL-3.0-or-later"),
        List.of(
            new Archive(text("mirror://gnu/gmp/gmp-6.3.0.tar.xz"), text(DIGEST), null, HERE),
            new Archive(text("https://example.org/gmp-6.3.0.tar.xz"), text(DIGEST), null, HERE),
            new Archive(
                text("mirror://debian/pool/main/g/gmp/gmp_6.3.0+dfsg.orig.tar.xz"),
                text("f".repeat(64)),
                text("mkdir doc\n"),
                HERE)),
        List.of(new Patch(text("gmp.patch"), "--- a\n+++ b\n")),
        text("touch prepared\n"),
        HERE);
  }

  @Test
  void autotoolsInAHostPhase() {
    StepScripts scripts =
        GENERATOR.generate(planned(Place.HOST, autotools(), repacked(), source("mpfr", "4.2")));

    Golden.assertThat(scripts.prepare()).matches("autotools-host.prepare.sh");
    Golden.assertThat(scripts.build()).matches("autotools-host.build.sh");
  }

  @Test
  void autotoolsInsideTheChrootInstallWithoutDestdir() {
    StepScripts scripts =
        GENERATOR.generate(planned(Place.CHROOT, autotools(), repacked(), source("mpfr", "4.2")));

    Golden.assertThat(scripts.build()).matches("autotools-chroot.build.sh");
  }

  @Test
  void make() {
    PackageStep step =
        new PackageStep(
            "zlib",
            texts("zlib"),
            new Needs.Above(),
            List.of(),
            BuildSystem.MAKE,
            new BuildOptions(
                text("/usr"), List.of(), texts("CC=$FFS_TARGET-gcc"), texts("install-lib"), null),
            null,
            null,
            null,
            null,
            List.of(),
            HERE);

    Golden.assertThat(GENERATOR.generate(planned(Place.HOST, step, source("zlib", "1.3"))).build())
        .matches("make-host.build.sh");
  }

  @Test
  void aStepWithoutSourcesBuildsInItsOwnDirectory() {
    StepScripts scripts =
        GENERATOR.generate(planned(Place.CHROOT, script("smoke", "tcc -v\n\nmake --version\n")));

    Golden.assertThat(scripts.prepare()).matches("no-source.prepare.sh");
    Golden.assertThat(scripts.build()).matches("no-source.build.sh");
  }

  @Test
  void theSameStepGivesTheSameBytes() {
    PlannedStep step = planned(Place.HOST, autotools(), repacked(), source("mpfr", "4.2"));

    assertThat(ScriptGenerator.create().generate(step)).isEqualTo(GENERATOR.generate(step));
  }

  static Stream<Arguments> hostileBodies() {
    return Stream.of(
        Arguments.of("a line EOF", "echo before\nEOF\n", "before", 127),
        Arguments.of(
            "a here-document", "cat <<EOF\n$((1+1)) #set(\\$x = 1)\nEOF\n", "2 #set($x = 1)", 0),
        Arguments.of(
            "a quoted here-document",
            "cat <<'EOF'\n$FFS_X ${tagret} #end\nEOF\n",
            "$FFS_X ${tagret} #end",
            0),
        Arguments.of(
            "Velocity directives",
            "echo '#set($a = 1) #if(true) #end #foreach($i in [1])'\n",
            "#set($a = 1) #if(true) #end #foreach($i in [1])",
            0),
        Arguments.of(
            "Velocity references",
            "echo '$!{x} ${y} $z.class #[[raw]]# ## #* *#'\n",
            "$!{x} ${y} $z.class #[[raw]]# ## #* *#",
            0),
        Arguments.of("a comment of two hashes", "## a comment\necho done\n", "done", 0),
        Arguments.of("an unpaired fence", "echo '#[['\n", "#[[", 0),
        Arguments.of("an unpaired fence's end", "echo ']]#'\n", "]]#", 0),
        Arguments.of(
            "quotes of all kinds", "echo \"a'b\" 'c\"d' $'e\\'f' `echo g`\n", "a'b c\"d e'f g", 0),
        Arguments.of("a trailing backslash", "echo one \\", "one", 0),
        Arguments.of("no line end", "echo one", "one", 0),
        Arguments.of(
            "a command that reads stdin", "cat\nread -r x || echo nothing\n", "nothing", 0),
        Arguments.of("an exit code", "exit 7\n", "", 7),
        Arguments.of("a failing command", "false\necho not reached\n", "", 1),
        Arguments.of("a failing pipe", "false | true\necho not reached\n", "", 1),
        Arguments.of("an unset variable", "echo $nope\n", "", 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileBodies")
  void aBodyRunsAsItStands(String name, String body, String expected, int code) throws Exception {
    String build = GENERATOR.generate(planned(Place.HOST, script("s", body))).build();
    // The directory of the build exists only inside an enclosure.
    Path script = Files.writeString(directory.resolve("s.sh"), build.replace("cd /build/s\n", ""));

    Tools.Result result = Tools.run(directory, "bash", script.toString());

    assertThat(result.output().strip()).as(name).startsWith(expected);
    assertThat(result.code()).as(result.output()).isEqualTo(code);
  }

  @Test
  void anUnfinishedHereDocumentDoesNotHideTheRest() throws Exception {
    PackageStep step =
        new PackageStep(
            "s",
            List.of(),
            new Needs.Only(List.of()),
            List.of(),
            BuildSystem.SCRIPT,
            BuildOptions.NONE,
            null,
            text("echo after\n"),
            text("cat <<END\nnever ended\n"),
            null,
            List.of(),
            HERE);
    String build = GENERATOR.generate(planned(Place.HOST, step)).build();
    Path script = Files.writeString(directory.resolve("s.sh"), build.replace("cd /build/s\n", ""));

    // Half a script must not pass for a whole one.
    assertThat(Tools.run(directory, "bash", script.toString()).code()).isNotZero();
  }

  @Test
  void whatIsGeneratedIsGoodShell() throws Exception {
    List<StepScripts> all =
        List.of(
            GENERATOR.generate(planned(Place.HOST, autotools(), repacked(), source("mpfr", "4.2"))),
            GENERATOR.generate(planned(Place.CHROOT, script("smoke", "make --version\n"))));
    for (StepScripts scripts : all) {
      assertGoodShell(scripts.prepare());
      assertGoodShell(scripts.build());
    }
    for (String name :
        List.of("enclosure.sh", "plain.sh", "keep.sh", "compiler.sh", "bundle.sh", "pack.sh")) {
      assertGoodShell(Templates.resource(name));
    }
  }

  private void assertGoodShell(String script) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("checked.sh"), script);
    assertThat(Tools.run(directory, "bash", "-n", file.toString()).output()).isEmpty();
    Tools.require("shellcheck");
    assertThat(
            Tools.run(
                    directory,
                    "shellcheck",
                    "--severity=warning",
                    "--enable=check-unassigned-uppercase",
                    file.toString())
                .output())
        .isEmpty();
  }
}
