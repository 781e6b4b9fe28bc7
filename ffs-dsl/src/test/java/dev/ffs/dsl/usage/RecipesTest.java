package dev.ffs.dsl.usage;

import static dev.ffs.dsl.Recipes.autotools;
import static dev.ffs.dsl.Recipes.make;
import static dev.ffs.dsl.Recipes.recipe;
import static dev.ffs.model.Place.CHROOT;
import static dev.ffs.model.Place.HOST;
import static dev.ffs.model.Toolchain.Kind.CROSS;
import static dev.ffs.model.Toolchain.Kind.NATIVE;
import static dev.ffs.testkit.RecipeAssert.assertThatRecipe;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Archive;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Needs;
import dev.ffs.model.Output;
import dev.ffs.model.Output.DirectoryEntry;
import dev.ffs.model.Output.OwnerEntry;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Patch;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Target.Qemu;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the DSL makes of what is said. Stands outside of its package, as a user does. */
class RecipesTest {

  private static final Origin ANYWHERE = Origin.ofFile("anywhere");
  private static final String DIGEST = "a".repeat(64);
  private static final String OTHER_DIGEST = "b".repeat(64);

  @TempDir private Path patches;

  @Test
  void everyKeyOfTheSchemaReachesTheModel() throws IOException {
    Files.writeString(patches.resolve("one.patch"), "--- a\n+++ b\n");
    Files.writeString(patches.resolve("two.patch"), "--- c\r\n");

    Recipe recipe =
        recipe(
            "whole",
            r ->
                r.title("All that there is")
                    .phase(
                        "tools",
                        p ->
                            p.where(HOST)
                                .toolchain("cross")
                                .shell("/tools/bin/sh")
                                .environment("LDFLAGS", "-static")
                                .environment("CPPFLAGS", "-I$FFS_SYSROOT/include")
                                .defaults(
                                    autotools()
                                        .prefix("/tools")
                                        .configure("--build=$FFS_BUILD", "--host=$FFS_TARGET")
                                        .make("V=1")
                                        .install("install-strip")
                                        .directory("build"),
                                    make().prefix("/tools"))
                                .step("m4")
                                .step("gmp", s -> s.needs().configure("--enable-cxx"))
                                .step(
                                    "gcc-pass1",
                                    s ->
                                        s.needs("m4", "gmp")
                                            .prefix("/other")
                                            .make("MAKEINFO=true")
                                            .install("install-gcc")
                                            .directory("objects")
                                            .source("gcc")
                                            .extraSources("gmp", "m4")
                                            .environment("CFLAGS", "-O1")
                                            .jobs(1)
                                            .overwrites("/usr/bin/sh")
                                            .build(BuildSystem.MAKE)
                                            .before("true\n")
                                            .after("false\n")))
                    .phase(
                        "fchroot",
                        p ->
                            p.where(CHROOT)
                                .toolchain("native")
                                .step(
                                    "files",
                                    s ->
                                        s.source("none")
                                            .script(
                                                """
                                                mkdir build && cd build
                                                  ../configure "$FFS_TARGET" \\
                                                """)))
                    .toolchain("host", t -> t.kind(Toolchain.Kind.HOST))
                    .toolchain(
                        "cross",
                        t ->
                            t.kind(CROSS)
                                .path("/ffs/sysroot/cross-tools/bin")
                                .environment("CC", "tcc")
                                .environment("AR", "tcc -ar"))
                    .toolchain("native", t -> t.kind(NATIVE))
                    .output(
                        o ->
                            o.phases("fchroot")
                                .exclude("/usr/share/doc")
                                .directory("/proc", "0555")
                                .directory("/tmp", "1777")
                                .owner("/usr/bin/su", w -> w.mode("4755"))
                                .owner("/var/mail", w -> w.user(8).group(12)))
                    .patchesFrom(patches)
                    .mirror("gnu", "https://gnu.example/a/", "https://gnu.example/b/")
                    .source(
                        "gcc",
                        s ->
                            s.version("3.10")
                                .url("mirror://gnu/gcc.tar.gz")
                                .sha256(DIGEST)
                                .license("GPL-3.0-or-later")
                                .patches("one.patch", "two.patch")
                                .prepare("rm -r doc\n")
                                .alternate(a -> a.url("https://x.example/g.tar").sha256(DIGEST))
                                .alternate(
                                    a ->
                                        a.url("mirror://debian/g.tar.xz")
                                            .sha256(OTHER_DIGEST)
                                            .prepare("touch doc\n")))
                    .source("gmp", RecipesTest::anySource)
                    .source("m4", RecipesTest::anySource)
                    .target(
                        "arm-64bit",
                        t ->
                            t.triple("aarch64-linux-musl")
                                .kernelArch("arm64")
                                .cflags("-O2")
                                .qemu("aarch64", "cortex-a72")
                                .variable("musl-arch", "aarch64"))
                    .target(
                        "riscv-64bit",
                        t ->
                            t.triple("riscv64-linux-musl")
                                .kernelArch("riscv")
                                .cflags("-Os")
                                .qemu("riscv64")
                                .variable("musl-arch", "riscv64"))
                    .target(
                        "x86-64bit",
                        t ->
                            t.triple("x86_64-linux-musl")
                                .kernelArch("x86")
                                .cflags("")
                                .variable("musl-arch", "x86_64")));

    assertThatRecipe(recipe).isEquivalentTo(theWholeModel());
  }

  private static void anySource(dev.ffs.dsl.SourceSpec s) {
    s.version("1").url("https://x.example/x.tar").sha256(DIGEST).license("MIT");
  }

  private static Recipe theWholeModel() {
    PackageStep m4 = plainStep("m4", new Needs.Above(), BuildOptions.NONE);
    PackageStep gmp =
        plainStep(
            "gmp",
            new Needs.Only(List.of()),
            new BuildOptions(null, texts("--enable-cxx"), List.of(), List.of(), null));
    PackageStep gcc =
        new PackageStep(
            "gcc-pass1",
            texts("gcc", "gmp", "m4"),
            new Needs.Only(texts("m4", "gmp")),
            List.of(variable("CFLAGS", "-O1")),
            BuildSystem.MAKE,
            new BuildOptions(
                text("/other"),
                List.of(),
                texts("MAKEINFO=true"),
                texts("install-gcc"),
                text("objects")),
            text("true\n"),
            text("false\n"),
            null,
            1,
            texts("/usr/bin/sh"),
            ANYWHERE);
    PackageStep files =
        new PackageStep(
            "files",
            List.of(),
            new Needs.Above(),
            List.of(),
            BuildSystem.SCRIPT,
            BuildOptions.NONE,
            null,
            null,
            text("mkdir build && cd build\n  ../configure \"$FFS_TARGET\" \\\n"),
            null,
            List.of(),
            ANYWHERE);
    Phase tools =
        new Phase(
            "tools",
            HOST,
            text("cross"),
            text("/tools/bin/sh"),
            List.of(variable("LDFLAGS", "-static"), variable("CPPFLAGS", "-I$FFS_SYSROOT/include")),
            List.of(
                new BuildDefaults(
                    BuildSystem.AUTOTOOLS,
                    new BuildOptions(
                        text("/tools"),
                        texts("--build=$FFS_BUILD", "--host=$FFS_TARGET"),
                        texts("V=1"),
                        texts("install-strip"),
                        text("build")),
                    ANYWHERE),
                new BuildDefaults(
                    BuildSystem.MAKE,
                    new BuildOptions(text("/tools"), List.of(), List.of(), List.of(), null),
                    ANYWHERE)),
            List.of(m4, gmp, gcc),
            ANYWHERE);
    Phase fchroot =
        new Phase(
            "fchroot",
            CHROOT,
            text("native"),
            text("/bin/bash"),
            List.of(),
            List.of(),
            List.of(files),
            ANYWHERE);
    Output output =
        new Output(
            texts("fchroot"),
            texts("/usr/share/doc"),
            List.of(
                new DirectoryEntry(text("/proc"), text("0555")),
                new DirectoryEntry(text("/tmp"), text("1777"))),
            List.of(
                new OwnerEntry(text("/usr/bin/su"), null, null, text("4755")),
                new OwnerEntry(text("/var/mail"), text("8"), text("12"), null)),
            ANYWHERE);
    return new Recipe(
        "whole",
        text("All that there is"),
        List.of(tools, fchroot),
        List.of(
            new Toolchain("host", Toolchain.Kind.HOST, List.of(), List.of(), ANYWHERE),
            new Toolchain(
                "cross",
                CROSS,
                texts("/ffs/sysroot/cross-tools/bin"),
                List.of(variable("CC", "tcc"), variable("AR", "tcc -ar")),
                ANYWHERE),
            new Toolchain("native", NATIVE, List.of(), List.of(), ANYWHERE)),
        output,
        List.of(
            new MirrorGroup(
                "gnu", texts("https://gnu.example/a/", "https://gnu.example/b/"), ANYWHERE)),
        List.of(
            new Source(
                "gcc",
                text("3.10"),
                text("GPL-3.0-or-later"),
                List.of(
                    new Archive(text("mirror://gnu/gcc.tar.gz"), text(DIGEST), null, ANYWHERE),
                    new Archive(text("https://x.example/g.tar"), text(DIGEST), null, ANYWHERE),
                    new Archive(
                        text("mirror://debian/g.tar.xz"),
                        text(OTHER_DIGEST),
                        text("touch doc\n"),
                        ANYWHERE)),
                List.of(
                    new Patch(text("one.patch"), "--- a\n+++ b\n"),
                    new Patch(text("two.patch"), "--- c\r\n")),
                text("rm -r doc\n"),
                ANYWHERE),
            plainSource("gmp"),
            plainSource("m4")),
        List.of(
            new Target(
                "arm-64bit",
                text("aarch64-linux-musl"),
                text("arm64"),
                text("-O2"),
                new Qemu(text("aarch64"), text("cortex-a72")),
                List.of(variable("musl-arch", "aarch64")),
                ANYWHERE),
            new Target(
                "riscv-64bit",
                text("riscv64-linux-musl"),
                text("riscv"),
                text("-Os"),
                new Qemu(text("riscv64"), null),
                List.of(variable("musl-arch", "riscv64")),
                ANYWHERE),
            new Target(
                "x86-64bit",
                text("x86_64-linux-musl"),
                text("x86"),
                text(""),
                null,
                List.of(variable("musl-arch", "x86_64")),
                ANYWHERE)),
        ANYWHERE);
  }

  private static PackageStep plainStep(String id, Needs needs, BuildOptions options) {
    return new PackageStep(
        id, texts(id), needs, List.of(), null, options, null, null, null, null, List.of(),
        ANYWHERE);
  }

  private static Source plainSource(String id) {
    return new Source(
        id,
        text("1"),
        text("MIT"),
        List.of(new Archive(text("https://x.example/x.tar"), text(DIGEST), null, ANYWHERE)),
        List.of(),
        null,
        ANYWHERE);
  }

  private static Variable variable(String name, String value) {
    return new Variable(name, text(value), ANYWHERE);
  }

  private static Text text(String value) {
    return new Text(value, ANYWHERE);
  }

  private static List<Text> texts(String... values) {
    return List.of(values).stream().map(RecipesTest::text).toList();
  }
}
