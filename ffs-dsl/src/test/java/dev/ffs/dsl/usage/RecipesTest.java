package dev.ffs.dsl.usage;

import static dev.ffs.dsl.Recipes.autotools;
import static dev.ffs.dsl.Recipes.make;
import static dev.ffs.model.Place.CHROOT;
import static dev.ffs.model.Place.HOST;
import static dev.ffs.model.Toolchain.Kind.CROSS;
import static dev.ffs.model.Toolchain.Kind.NATIVE;
import static dev.ffs.testkit.RecipeAssert.assertThatRecipe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.dsl.DefaultsSpec;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.dsl.SourceSpec;
import dev.ffs.load.RecipeLoader;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import dev.ffs.model.Toolchain;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the DSL makes of what is said. Stands outside of its package, as a user does. */
class RecipesTest {

  private static final Path RECIPES = Path.of("src", "test", "resources", "recipes");
  private static final String DIGEST = "a".repeat(64);
  private static final String OTHER_DIGEST = "b".repeat(64);

  @Test
  void everyKeyMakesOfTheModelWhatItMakesOfItInYaml() {
    Recipe recipe =
        Recipes.recipe(
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
                                .sees("tools")
                                .step(
                                    "files",
                                    s ->
                                        s.source("none")
                                            .script(
                                                """
                                                mkdir build && cd build
                                                  ../configure "$FFS_TARGET" \\

                                                cat <<'EOF'
                                                \ttab\t'quotes' "$x" \\n
                                                EOF
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
                    .patchesFrom(RECIPES.resolve("patches"))
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

    assertThatRecipe(recipe).isEquivalentTo(new RecipeLoader().load(RECIPES.resolve("whole")));
  }

  private static void anySource(SourceSpec s) {
    s.version("1").url("https://x.example/x.tar").sha256(DIGEST).license("MIT");
  }

  @Test
  void targetsStandInTheOrderOfTheirNamesAsInYaml() {
    Recipe recipe =
        Recipes.recipe(
            "small",
            r -> Small.rest(r).phase("tools", Small::phase).target("arm-64bit", Small::target));

    assertThat(recipe.targets()).extracting(Target::id).containsExactly("arm-64bit", "x86-64bit");
  }

  @Test
  void defaultsMayBeKeptAndVaried() {
    DefaultsSpec kept = autotools().prefix("/tools");
    DefaultsSpec varied = kept.configure("--static");

    Recipe recipe =
        Recipes.recipe(
            "small",
            r ->
                Small.rest(r)
                    .phase("tools", p -> phase(p, kept))
                    .phase("more", p -> phase(p, varied))
                    .phase("again", p -> phase(p, kept)));

    assertThat(recipe.phases())
        .extracting(p -> p.defaults().get(0).options().configure().toString())
        .containsExactly("[]", "[--static]", "[]");
    assertThat(recipe.phases())
        .extracting(p -> String.valueOf(p.defaults().get(0).options().prefix()))
        .containsOnly("/tools");
  }

  @Test
  void aListThatChangesLaterChangesNothing() {
    String[] arguments = {"--static"};
    DefaultsSpec kept = autotools().configure(arguments);
    arguments[0] = "--shared";

    Recipe recipe = Small.recipe(p -> p.defaults(kept).step("m4"));

    assertThat(recipe.phases().get(0).defaults().get(0).options().configure().toString())
        .isEqualTo("[--static]");
  }

  private static void phase(PhaseSpec p, DefaultsSpec defaults) {
    p.where(HOST).toolchain("host").defaults(defaults).step("m4");
  }
}
