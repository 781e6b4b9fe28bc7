package dev.ffs.dsl.usage;

import static dev.ffs.dsl.Recipes.autotools;
import static dev.ffs.dsl.Recipes.make;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.dsl.AlternateSpec;
import dev.ffs.dsl.DefaultsSpec;
import dev.ffs.dsl.OutputSpec;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.RecipeSpec;
import dev.ffs.dsl.SourceSpec;
import dev.ffs.dsl.StepSpec;
import dev.ffs.dsl.TargetSpec;
import dev.ffs.dsl.ToolchainSpec;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Place;
import dev.ffs.model.Toolchain;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What YAML has once may be said once. */
class DuplicatesTest {

  private final Marks marks = new Marks();

  @Test
  void theErrorStandsAtTheSecondAndNamesTheFirst() {
    String errors =
        errors(
            r ->
                r.source(
                    "gmp",
                    s -> Small.source(s).prepare(marks.at("first")).prepare(marks.at("second"))));

    assertThat(errors)
        .isEqualTo(
            "%s: error: duplicate key 'prepare' in source 'gmp'\n    the first one is at %s",
            marks.of("second"), marks.of("first"));
  }

  @Test
  void allOfThemAreShownTogether() {
    String errors =
        errors(
            r ->
                r.title("once")
                    .title("twice")
                    .source("gmp", s -> Small.source(s).version("2").license("MIT")));

    assertThat(errors.lines().filter(line -> line.contains(": error: ")))
        .hasSize(4)
        .allMatch(line -> line.startsWith("DuplicatesTest.java:"));
  }

  @Test
  void namesThatAreGivenTwiceAreFoundByTheRulesThatYamlHasToo() {
    String errors =
        Small.errors(
            r ->
                Small.rest(r)
                    .phase(
                        "tools",
                        p -> {
                          Small.phase(p.environment("A", "1").environment(marks.at("A"), "2"));
                          p.defaults(autotools(), make(), autotools());
                          p.step(marks.at("m4"));
                        })
                    .source(marks.at("m4-source"), Small::source)
                    .source("m4-source", s -> Small.source(s)));

    assertThat(errors)
        .contains(marks.of("A") + ": error: duplicate variable 'A'\n")
        .contains(": error: duplicate build system 'autotools'\n")
        .contains(marks.of("m4") + ": error: duplicate step 'm4'\n")
        .contains(
            ": error: duplicate source 'm4-source'\n    the first one is at "
                + marks.of("m4-source"));
  }

  @TestFactory
  Stream<DynamicTest> keysThatAreGivenTwice() {
    return Stream.of(
        recipe("'title' in recipe 'small'", r -> r.title("x")),
        recipe("'output' in recipe 'small'", r -> r.output(o -> o.phases("tools"))),
        recipe(
            "'patchesFrom' in recipe 'small'",
            r -> r.patchesFrom(Path.of("x")).patchesFrom(Path.of("x"))),
        toolchain("kind", t -> t.kind(Toolchain.Kind.HOST)),
        toolchain("path", t -> t.path("/x")),
        phase("where", p -> p.where(Place.HOST)),
        phase("toolchain", p -> p.toolchain("host")),
        phase("sees", p -> p.sees("tools")),
        phase("shell", p -> p.shell("/bin/sh")),
        phase("defaults", p -> p.defaults(make())),
        defaults("prefix", d -> d.prefix("/x")),
        defaults("configure", d -> d.configure("x")),
        defaults("make", d -> d.make("x")),
        defaults("install", d -> d.install("x")),
        defaults("directory", d -> d.directory("x")),
        step("needs", s -> s.needs()),
        step("prefix", s -> s.prefix("/x")),
        step("configure", s -> s.configure("x")),
        step("make", s -> s.make("x")),
        step("install", s -> s.install("x")),
        step("directory", s -> s.directory("x")),
        step("source", s -> s.source("m4")),
        step("extraSources", s -> s.extraSources("m4")),
        step("jobs", s -> s.jobs(1)),
        step("overwrites", s -> s.overwrites("/x")),
        step("build", s -> s.build(BuildSystem.MAKE)),
        step("before", s -> s.before("x")),
        step("after", s -> s.after("x")),
        step("script", s -> s.script("x")),
        output("'phases' in output", o -> o.phases("tools").phases("tools")),
        output("'formats' in output", o -> o.formats("oci").formats("lxd")),
        output(
            "'audit' in output",
            o -> o.audit(a -> a.compilers("none")).audit(a -> a.compilers("none"))),
        output("'compilers' in audit", o -> o.audit(a -> a.compilers("a").compilers("b"))),
        output("'forbid' in audit", o -> o.audit(a -> a.compilers("a").forbid("/x").forbid("/y"))),
        output("'except' in audit", o -> o.audit(a -> a.compilers("a").except("/x").except("/y"))),
        output("'exclude' in output", o -> o.exclude("/x").exclude("/x")),
        output("'user' in owner '/x'", o -> o.owner("/x", w -> w.user(1).user(1))),
        output("'group' in owner '/x'", o -> o.owner("/x", w -> w.group(1).group(1))),
        output("'mode' in owner '/x'", o -> o.owner("/x", w -> w.mode("1").mode("1"))),
        source("version", s -> s.version("1")),
        source("url", s -> s.url("x")),
        source("sha256", s -> s.sha256("x")),
        source("license", s -> s.license("x")),
        source("patches", s -> s.patches("x")),
        source("prepare", s -> s.prepare("x")),
        alternate("url", a -> a.url("x")),
        alternate("sha256", a -> a.sha256("x")),
        alternate("prepare", a -> a.prepare("x")),
        target("triple", t -> t.triple("x")),
        target("kernelArch", t -> t.kernelArch("x")),
        target("cflags", t -> t.cflags("x")),
        target("qemu", t -> t.qemu("x")),
        target("qemu", t -> t.qemu("x", "y")));
  }

  private static DynamicTest output(String what, Consumer<OutputSpec> call) {
    return recipe(what, r -> r.output(call));
  }

  private static DynamicTest toolchain(String key, Consumer<ToolchainSpec> call) {
    return recipe(
        "'" + key + "' in toolchain 'other'", r -> r.toolchain("other", call.andThen(call)));
  }

  private static DynamicTest phase(String key, Consumer<PhaseSpec> call) {
    return recipe("'" + key + "' in phase 'other'", r -> r.phase("other", call.andThen(call)));
  }

  private static DynamicTest defaults(String key, UnaryOperator<DefaultsSpec> call) {
    return recipe(
        "'" + key + "' in autotools of phase 'other'",
        r -> r.phase("other", p -> p.defaults(call.apply(call.apply(autotools())))));
  }

  private static DynamicTest step(String key, Consumer<StepSpec> call) {
    return recipe(
        "'" + key + "' in step 'x'", r -> r.phase("other", p -> p.step("x", call.andThen(call))));
  }

  private static DynamicTest source(String key, Consumer<SourceSpec> call) {
    return recipe("'" + key + "' in source 'other'", r -> r.source("other", call.andThen(call)));
  }

  private static DynamicTest alternate(String key, Consumer<AlternateSpec> call) {
    return recipe(
        "'" + key + "' in an alternate of source 'other'",
        r -> r.source("other", s -> s.alternate(call.andThen(call))));
  }

  private static DynamicTest target(String key, Consumer<TargetSpec> call) {
    return recipe("'" + key + "' in target 'other'", r -> r.target("other", call.andThen(call)));
  }

  /** Says something for the second time in a recipe that is whole. */
  private static DynamicTest recipe(String what, Consumer<RecipeSpec> second) {
    return DynamicTest.dynamicTest(
        what, () -> assertThat(errors(second)).contains(": error: duplicate key " + what + "\n"));
  }

  private static String errors(Consumer<RecipeSpec> more) {
    return Small.errors(r -> more.accept(Small.rest(r).phase("tools", Small::phase)));
  }
}
