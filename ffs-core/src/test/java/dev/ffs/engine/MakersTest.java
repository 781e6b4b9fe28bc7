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

  // Directories

  private static Manifest.Entry directory(String path, int mode) {
    return new Manifest.Entry(Kind.DIRECTORY, mode, 0, "", path);
  }

  private static Manifest.Entry opaque(String path) {
    return new Manifest.Entry(Kind.OPAQUE_DIRECTORY, 0755, 0, "", path);
  }

  private static Manifest.Entry gone(String path) {
    return new Manifest.Entry(Kind.WHITEOUT, 0, 0, "", path);
  }

  private static Manifest.Entry link(String path, String target) {
    return new Manifest.Entry(Kind.SYMBOLIC_LINK, 0, 0, target, path);
  }

  private static Manifest.Entry file(String path) {
    return new Manifest.Entry(Kind.FILE, 0644, 0, "digest", path);
  }

  private List<String> add(String step, Manifest.Entry... entries) {
    return makers.add(PLAN.step(StepId.parse(step)).orElseThrow(), new Manifest(List.of(entries)));
  }

  @Test
  void aLinkInPlaceOfADirectoryThatAStepPutFilesIntoIsNamed() {
    assertThat(add("tools/first", directory("lib64", 0755), file("lib64/libimportant.so")))
        .isEmpty();

    assertThat(add("tools/blind", link("lib64", "lib")))
        .containsExactly("/lib64 was made by tools/first already");
  }

  @Test
  void whicheverOfTheTwoEndsFirst() {
    assertThat(add("tools/blind", link("lib64", "lib"))).isEmpty();

    assertThat(add("tools/first", directory("lib64", 0755), file("lib64/libimportant.so")))
        .containsExactly("/lib64 was made by tools/blind already");
  }

  @Test
  void whoRemovesOrReplacesADirectoryOfAnotherStepHidesItsFiles() {
    assertThat(add("tools/first", directory("d", 0755), file("d/x"), directory("e", 0755)))
        .isEmpty();

    assertThat(add("tools/second", gone("d"), opaque("e")))
        .containsExactly(
            "/d was made by tools/first already", "/e was made by tools/first already");
  }

  @Test
  void aDirectoryThatARecipeAllowsMayBeRemovedByAStepThatSeesTheOther() {
    assertThat(add("tools/first", directory("tools/info/dir", 0755))).isEmpty();

    assertThat(add("tools/allowed", gone("tools/info/dir"))).isEmpty();
  }

  @Test
  void whatWasRemovedOrMadeAnewIsNoPlaceForAStepThatDoesNotKnow() {
    assertThat(add("tools/first", gone("d"), opaque("e"))).isEmpty();

    assertThat(add("tools/blind", directory("d", 0755), directory("e", 0755)))
        .containsExactly(
            "/d was removed by tools/first already", "/e was made by tools/first already");
  }

  @Test
  void whoSeesADirectoryThatWasMadeAnewMayPutFilesIntoIt() {
    assertThat(add("tools/first", opaque("e"), file("e/a"))).isEmpty();

    assertThat(add("tools/second", directory("e", 0700), file("e/b"))).isEmpty();
  }

  @Test
  void stepsThatDoNotNeedEachOtherGiveADirectoryOneMode() {
    assertThat(add("tools/first", directory("same", 0755), directory("d", 0700))).isEmpty();

    assertThat(add("tools/blind", directory("same", 0755), directory("d", 0755)))
        .containsExactly(
            "/d was made with mode 0700 by tools/first, which this step, with mode 0755, does not"
                + " need");
  }

  @Test
  void anotherModeIsFoundWhoeverEndsLast() {
    assertThat(add("tools/blind", directory("d", 0755))).isEmpty();
    assertThat(add("tools/first", directory("d", 0755))).isEmpty();

    assertThat(add("tools/second", directory("d", 0700)))
        .as("not hidden by the one between them, which it sees")
        .hasSize(1)
        .first()
        .asString()
        .contains("tools/blind");
  }
}
