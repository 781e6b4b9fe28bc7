package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Place;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import dev.ffs.store.Manifest;
import dev.ffs.store.Manifest.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MakersTest {

  private static final BuildPlan PLAN =
      Planner.plan(
          recipe(
              List.of(),
              "tools",
              phase("early", Place.HOST, "host", step("a", List.of(), List.of())),
              phase(
                  "tools",
                  Place.HOST,
                  "cross",
                  step("first", List.of(), List.of()),
                  step("second", List.of("first"), List.of()),
                  step("allowed", List.of("first"), List.of("/tools/info/dir")),
                  step("blind", List.of(), List.of("/tools/info/dir")))),
          "x86-64bit");

  private final Makers makers = new Makers();

  private static PackageStep step(String id, List<String> needs, List<String> overwrites) {
    return new PackageStep(
        id,
        List.of(),
        new Needs.Only(texts(needs.toArray(String[]::new))),
        List.of(),
        BuildSystem.SCRIPT,
        BuildOptions.NONE,
        null,
        null,
        text("true"),
        null,
        texts(overwrites.toArray(String[]::new)),
        HERE);
  }

  private List<String> add(String step, String... files) {
    PlannedStep planned = PLAN.step(StepId.parse(step)).orElseThrow();
    return makers.add(
        planned,
        new Manifest(
            Arrays.stream(files)
                .map(
                    path ->
                        path.endsWith("/")
                            ? new Manifest.Entry(
                                Kind.DIRECTORY, 0755, 0, "", path.substring(0, path.length() - 1))
                            : new Manifest.Entry(Kind.FILE, 0644, 0, step, path))
                .toList()));
  }

  @Test
  void aPathOfAnotherStepOfThePhaseIsNamedWithThatStep() {
    assertThat(add("tools/first", "tools/", "tools/info/dir")).isEmpty();

    assertThat(add("tools/second", "tools/", "tools/info/dir", "tools/bin/x"))
        .containsExactly("/tools/info/dir was made by tools/first already");
  }

  @Test
  void whatARecipeAllowsMayBeReplacedByAStepThatSeesTheOther() {
    assertThat(add("tools/first", "tools/info/dir")).isEmpty();

    assertThat(add("tools/allowed", "tools/info/dir")).isEmpty();
  }

  @Test
  void whatAStepDoesNotSeeItCannotReplace() {
    assertThat(add("tools/first", "tools/info/dir")).isEmpty();

    assertThat(add("tools/blind", "tools/info/dir"))
        .containsExactly("/tools/info/dir was made by tools/first, which this step does not need");
  }

  @Test
  void theSameFileMadeTwiceLeavesNothingToChance() {
    Manifest manifest =
        new Manifest(List.of(new Manifest.Entry(Kind.FILE, 0644, 0, "digest", "tools/same")));

    assertThat(makers.add(PLAN.step(StepId.parse("tools/first")).orElseThrow(), manifest))
        .isEmpty();
    assertThat(makers.add(PLAN.step(StepId.parse("tools/blind")).orElseThrow(), manifest))
        .isEmpty();
  }

  @Test
  void anEarlierPhaseIsNoHindrance() {
    assertThat(add("early/a", "tools/info/dir")).isEmpty();

    assertThat(add("tools/first", "tools/info/dir")).isEmpty();
  }
}
