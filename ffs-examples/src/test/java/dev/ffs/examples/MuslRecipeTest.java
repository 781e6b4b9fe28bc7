package dev.ffs.examples;

import static dev.ffs.testkit.RecipeAssert.assertThatRecipe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.load.RecipeLoader;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for recipes/musl without hours of building. */
class MuslRecipeTest {

  private static final StepId SMOKE = new StepId("smoke", "alkaline-smoke");

  private final Recipe musl = new RecipeLoader().load(Path.of("..", "recipes", "musl"));

  @Test
  void itHasNoErrors() {
    assertThatRecipe(musl).hasNoErrors();
  }

  @Test
  void isForTheFourTargets() {
    assertThat(musl.targets())
        .extracting(Target::id)
        .containsExactlyInAnyOrder("arm-64bit", "powerpc-64bit", "riscv-64bit", "x86-64bit");
  }

  @Test
  void everyStepSaysWhatItNeeds() {
    for (Phase phase : musl.phases()) {
      assertThat(phase.steps())
          .filteredOn(step -> !(step.needs() instanceof Needs.Only))
          .extracting(PackageStep::id)
          .as("steps of %s without needs", phase.id())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"arm-64bit", "powerpc-64bit", "riscv-64bit", "x86-64bit"})
  void theSmokeTestSeesWhatShipsAndNothingElse(String target) {
    BuildPlan plan = Planner.plan(musl, target);
    PlannedStep smoke = plan.step(SMOKE).orElseThrow();

    List<StepId> shipped =
        plan.steps().stream()
            .map(PlannedStep::id)
            .filter(id -> id.phase().equals("fchroot"))
            .toList();

    assertThat(shipped).hasSizeGreaterThan(40);
    assertThat(smoke.sees()).containsExactlyElementsOf(shipped);
  }

  @Test
  void everySourceComesFromUpstreamAndElseFromDebian() {
    assertThat(musl.sources()).hasSizeGreaterThan(40);
    for (Source source : musl.sources()) {
      List<String> places =
          source.archives().stream().map(archive -> archive.url().value()).toList();

      assertThat(places.get(0)).as(source.id()).doesNotStartWith("mirror://debian/");
      assertThat(places).as(source.id()).anyMatch(place -> place.startsWith("mirror://debian/"));
    }
  }
}
