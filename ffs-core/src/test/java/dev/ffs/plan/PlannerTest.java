package dev.ffs.plan;

import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.seeing;
import static dev.ffs.fixtures.Fixtures.source;
import static dev.ffs.fixtures.Fixtures.step;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Needs;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlannerTest {

  private static BuildPlan plan(Recipe recipe) {
    return Planner.plan(recipe, "x86-64bit");
  }

  private static PlannedStep only(BuildPlan plan, String id) {
    return plan.step(StepId.parse(id)).orElseThrow();
  }

  /** Steps a, b and c of the phase tools, of which a needs nothing. */
  private static BuildPlan ofThreeSteps(Needs ofB, Needs ofC) {
    return plan(
        recipe(
            List.of(source("a", "1"), source("b", "1"), source("c", "1")),
            "tools",
            phase(
                "tools",
                Place.HOST,
                "cross",
                step("a", new Needs.Above()),
                step("b", ofB),
                step("c", ofC))));
  }

  /** Phases that see all above (a, b, e), one of two (c), none (d). */
  private static BuildPlan ofPhasesThatSeeSomething() {
    return plan(
        recipe(
            List.of(),
            "fchroot",
            phase("cross_tools", Place.HOST, "host", script("a", "true")),
            phase("tools", Place.HOST, "cross", script("b", "true")),
            seeing(texts("tools"), phase("fchroot", Place.CHROOT, "native", script("c", "true"))),
            seeing(texts(), phase("alone", Place.CHROOT, "native", script("d", "true"))),
            phase("all", Place.CHROOT, "native", script("e", "true"))));
  }

  @Test
  void aStepWithoutNeedsSeesEveryStepAboveIt() {
    BuildPlan plan = ofThreeSteps(new Needs.Above(), new Needs.Above());

    assertThat(only(plan, "tools/c").sees())
        .containsExactly(StepId.parse("tools/a"), StepId.parse("tools/b"));
  }

  @Test
  void aPartOfAPlanHasWhatItsStepsSeeAndTheSourcesOfThat() {
    BuildPlan plan = ofThreeSteps(new Needs.Only(List.of()), new Needs.Only(texts("a")));

    BuildPlan part = plan.only(Set.of(StepId.parse("tools/c")));

    assertThat(part.steps()).containsExactly(only(plan, "tools/a"), only(plan, "tools/c"));
    assertThat(part.sources()).extracting(Source::id).containsExactly("a", "c");
    assertThat(plan.only(Set.of(StepId.parse("tools/b"))).steps())
        .containsExactly(only(plan, "tools/b"));
  }

  @Test
  void aPartOfAPlanHasWhatItsStepsAreBuiltOnThoughTheyDoNotSeeIt() {
    BuildPlan plan = ofPhasesThatSeeSomething();

    assertThat(plan.only(Set.of(StepId.parse("fchroot/c"))).steps())
        .containsExactly(
            only(plan, "cross_tools/a"), only(plan, "tools/b"), only(plan, "fchroot/c"));
  }

  @Test
  void needsAreFollowedAndThePhasesAboveAreSeen() {
    BuildPlan plan =
        plan(
            recipe(
                List.of(),
                "second",
                phase("first", Place.HOST, "host", script("x", "true"), script("y", "true")),
                phase(
                    "second",
                    Place.HOST,
                    "cross",
                    script("a", "true"),
                    script("b", "true", "a"),
                    script("c", "true", "b"),
                    script("d", "true"))));

    assertThat(only(plan, "second/c").sees().stream().map(StepId::toString))
        .containsExactly("first/x", "first/y", "second/a", "second/b");
    assertThat(only(plan, "second/c").needs()).containsExactly(StepId.parse("second/b"));
    assertThat(only(plan, "second/d").sees().stream().map(StepId::toString))
        .containsExactly("first/x", "first/y");
  }

  @Test
  void aStepComesAfterWhatItNeedsThoughTheRecipeSaysItEarlier() {
    BuildPlan plan =
        plan(
            recipe(
                List.of(),
                "tools",
                phase(
                    "tools",
                    Place.HOST,
                    "cross",
                    script("late", "true", "early"),
                    script("other", "true"),
                    script("early", "true"))));

    assertThat(plan.steps().stream().map(s -> s.id().step()))
        .containsExactly("other", "early", "late");
  }

  @Test
  void onlyVariablesThatAreMentionedArePlanned() {
    BuildPlan plan =
        plan(
            recipe(
                List.of(source("python", "3.10"), source("zlib", "1.3")),
                "tools",
                phase(
                    "tools",
                    Place.HOST,
                    "cross",
                    script("s", "echo $FFS_PYTHON_VERSION ${FFS_MUSL_ARCH:-none}"))));

    assertThat(only(plan, "tools/s").variables())
        .containsEntry("FFS_PYTHON_VERSION", "3.10")
        .containsEntry("FFS_MUSL_ARCH", "x86_64")
        .containsEntry("FFS_TARGET", "x86_64-linux-musl")
        .doesNotContainKeys("FFS_ZLIB_VERSION", "FFS_KERNEL_ARCH");
  }

  @Test
  void theSysrootIsTheRootInsideAChroot() {
    BuildPlan plan =
        plan(
            recipe(
                List.of(),
                "inside",
                phase("outside", Place.HOST, "host", script("s", "true")),
                phase("inside", Place.CHROOT, "native", script("s", "true"))));

    assertThat(only(plan, "outside/s").variables()).containsEntry("FFS_SYSROOT", "/ffs/sysroot");
    assertThat(only(plan, "inside/s").variables()).containsEntry("FFS_SYSROOT", "/");
  }

  @Test
  void aStepSeesOnlyThePhasesThatItsOwnNames() {
    BuildPlan plan = ofPhasesThatSeeSomething();

    assertThat(only(plan, "fchroot/c").sees()).hasToString("[tools/b]");
    assertThat(only(plan, "alone/d").sees()).isEmpty();
    assertThat(only(plan, "all/e").sees())
        .hasToString("[cross_tools/a, tools/b, fchroot/c, alone/d]");
  }

  @Test
  void defaultsAndTheStepsOwnArgumentsAreJoined() {
    Recipe recipe =
        recipe(
            List.of(source("a", "1")),
            "tools",
            phase("tools", Place.HOST, "cross", step("a", new Needs.Only(List.of()))));

    PlannedStep step = only(plan(recipe), "tools/a");

    assertThat(step.build()).isEqualTo(BuildSystem.AUTOTOOLS);
    assertThat(step.options().configure().stream().map(Text::value))
        .isEqualTo(texts("--host=$FFS_TARGET").stream().map(Text::value).toList());
    assertThat(step.environment()).containsExactly(new PlannedStep.Export("CC", "$FFS_TARGET-gcc"));
    assertThat(step.path()).startsWith("/ffs/sysroot/cross-tools/bin", "/usr/bin");
  }

  @Test
  void onlyChrootPhasesOfForeignTargetsAreEmulated() {
    Recipe recipe =
        recipe(
            List.of(),
            "tools",
            phase("tools", Place.HOST, "cross", script("a", "true")),
            phase("fchroot", Place.CHROOT, "native", script("b", "true")));
    Target usual = recipe.targets().get(0);
    Target.Qemu qemu = new Target.Qemu(text("aarch64"), text("cortex-a72"));
    Target foreign =
        new Target(
            usual.id(), usual.triple(), usual.kernelArch(), usual.cflags(), qemu, List.of(), HERE);
    Recipe other =
        new Recipe(
            recipe.id(),
            recipe.title(),
            recipe.phases(),
            recipe.toolchains(),
            recipe.output(),
            recipe.mirrors(),
            recipe.sources(),
            List.of(foreign),
            HERE);

    assertThat(plan(recipe).steps()).extracting(PlannedStep::emulator).containsOnlyNulls();
    assertThat(only(plan(other), "tools/a").emulator()).isNull();
    assertThat(only(plan(other), "fchroot/b").emulator())
        .isEqualTo(new PlannedStep.Emulator("aarch64", "cortex-a72"));
  }

  @Test
  void anEmulatorIsAskedForWithOrWithoutACpu() {
    assertThat(new PlannedStep.Emulator("aarch64", "cortex-a72").options())
        .containsExactly("--emulator", "aarch64", "--cpu", "cortex-a72");
    assertThat(new PlannedStep.Emulator("riscv64", null).options())
        .containsExactly("--emulator", "riscv64");
  }

  @Test
  void anUnknownTargetIsNamedWithThoseThatAreKnown() {
    Recipe recipe = recipe(List.of(), "tools", phase("tools", Place.HOST, "host"));

    assertThatThrownBy(() -> Planner.plan(recipe, "x86-63bit"))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("recipe 'small' has no target 'x86-63bit'")
        .hasMessageContaining("did you mean 'x86-64bit'?");
  }

  @Test
  void aStepIdHasExactlyOneSlash() {
    assertThat(StepId.parse("a/b")).hasToString("a/b");
    for (String bad : List.of("a", "/a", "a/", "a/b/c", "")) {
      assertThatThrownBy(() -> StepId.parse(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("PHASE/STEP");
    }
  }
}
