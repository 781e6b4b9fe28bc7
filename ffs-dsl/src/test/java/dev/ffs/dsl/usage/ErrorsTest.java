package dev.ffs.dsl.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.dsl.RecipeSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about a recipe that is not right. */
class ErrorsTest {

  private final Marks marks = new Marks();

  @Test
  void whatIsMissingIsNamedOnceWhereItShouldBe() {
    String errors =
        Small.errors(
            r -> {
              r.toolchain(marks.at("native"), t -> t.path("/x"));
              r.phase(marks.at("tools"), p -> p.step("m4", s -> s.script("make")));
              r.source(marks.at("m4"), s -> s.alternate(a -> a.prepare(marks.at("true"))));
              r.target(marks.at("x86-64bit"), t -> t.qemu("aarch64"));
            });

    assertThat(errors.lines())
        .contains(
            marks.of("native") + ": error: 'kind' is missing in toolchain 'native'",
            marks.of("tools") + ": error: 'where' is missing in phase 'tools'",
            marks.of("tools") + ": error: 'toolchain' is missing in phase 'tools'",
            marks.of("m4") + ": error: 'version' is missing in source 'm4'",
            marks.of("m4") + ": error: 'url' is missing in source 'm4'",
            marks.of("m4") + ": error: 'sha256' is missing in source 'm4'",
            marks.of("m4") + ": error: 'license' is missing in source 'm4'",
            marks.of("true") + ": error: 'url' is missing in an alternate of source 'm4'",
            marks.of("true") + ": error: 'sha256' is missing in an alternate of source 'm4'",
            marks.of("x86-64bit") + ": error: 'triple' is missing in target 'x86-64bit'",
            marks.of("x86-64bit") + ": error: 'kernelArch' is missing in target 'x86-64bit'",
            marks.of("x86-64bit") + ": error: 'cflags' is missing in target 'x86-64bit'")
        .anyMatch(line -> line.endsWith(": error: 'title' is missing in recipe 'small'"))
        .anyMatch(line -> line.endsWith(": error: 'output' is missing in recipe 'small'"))
        .hasSize(14);
  }

  @Test
  void nothingAtAllIsARecipeThatLacksEverything() {
    assertThat(Small.errors(r -> {}))
        .contains("'title' is missing in recipe 'small'")
        .contains("'output' is missing in recipe 'small'")
        .contains("has no phases")
        .contains("has no targets");
  }

  @Test
  void aWholeRecipeHasNoErrors() {
    assertThat(whole(r -> {})).isEqualTo("nothing");
  }

  @Test
  void theRulesOverWholeRecipesCountToo() {
    String errors =
        whole(
            r ->
                r.phase(
                    "more",
                    p ->
                        p.where(Place.HOST)
                            .toolchain(marks.at("hots"))
                            .step("m4", s -> s.needs(marks.at("m5")).script("make"))));

    assertThat(errors)
        .isEqualTo(
            marks.of("hots")
                + ": error: unknown toolchain 'hots'\n    did you mean 'host'?\n"
                + marks.of("m5")
                + ": error: unknown step 'm5'\n    did you mean 'm4'?");
  }

  @Test
  void anErrorInAScriptStandsAtTheCallThatGivesIt() {
    String errors =
        whole(
            r ->
                r.phase(
                    "more",
                    p ->
                        p.where(Place.HOST)
                            .toolchain("host")
                            .step("m4", s -> s.script(marks.at("cd x\nmake $FFS_JOB\n")))));

    assertThat(errors)
        .isEqualTo(
            marks.of("cd x\nmake $FFS_JOB\n")
                + ": error: undefined variable FFS_JOB\n    did you mean FFS_JOBS?");
  }

  @Test
  void aScriptAndABuildSystemDoNotGoTogether() {
    String errors =
        whole(
            r ->
                r.phase(
                    "more",
                    p ->
                        p.where(Place.HOST)
                            .toolchain("host")
                            .step("m4", s -> s.build(BuildSystem.MAKE).script(marks.at("make")))));

    assertThat(errors)
        .isEqualTo(
            marks.of("make")
                + ": error: 'build' does not go with a script\n"
                + "    the script is the whole build: drop one of the two");
  }

  @Test
  void extraSourcesStandBesideASource() {
    String errors =
        whole(
            r ->
                r.phase(
                    "more",
                    p ->
                        p.where(Place.HOST)
                            .toolchain("host")
                            .step(
                                "x",
                                s ->
                                    s.source("none").extraSources(marks.at("m4")).script("make"))));

    assertThat(errors)
        .isEqualTo(
            marks.of("m4")
                + ": error: 'extraSources' are unpacked beside the source, but step 'x' has none\n"
                + "    name one of them as 'source'");
  }

  @Test
  void whereAPhaseRunsIsNotGuessedSoItsToolchainIsNotJudged() {
    String errors =
        whole(
            r -> {
              r.toolchain("native", t -> t.kind(Toolchain.Kind.NATIVE));
              r.phase(marks.at("more"), p -> p.toolchain("native").step("m4", s -> s.script("x")));
            });

    assertThat(errors).isEqualTo(marks.of("more") + ": error: 'where' is missing in phase 'more'");
  }

  @Test
  void patchesNeedADirectory() {
    String errors = whole(r -> r.source("x", s -> Small.source(s).patches(marks.at("a.patch"))));

    assertThat(errors)
        .isEqualTo(
            marks.of("a.patch")
                + ": error: patch 'a.patch' cannot be used: no directory of patches is named\n"
                + "    call patchesFrom(directory) on the recipe");
  }

  @Test
  void theDirectoryOfPatchesMayBeSaidLater(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("a.patch"), "--- a\n");

    Recipe recipe =
        Recipes.recipe(
            "small",
            r ->
                Small.rest(r)
                    .phase("tools", Small::phase)
                    .source("x", s -> Small.source(s).patches("a.patch"))
                    .patchesFrom(directory));

    assertThat(recipe.source("x").orElseThrow().patches().get(0).content()).isEqualTo("--- a\n");
  }

  @Test
  void aPatchThatCannotBeReadSaysWhy(@TempDir Path directory) throws IOException {
    Files.write(directory.resolve("latin.patch"), new byte[] {'a', (byte) 0xe9, '\n'});
    Files.createDirectory(directory.resolve("directory.patch"));

    String errors =
        whole(
            r ->
                r.patchesFrom(directory)
                    .source("x", s -> Small.source(s).patches(marks.at("no.patch")))
                    .source("y", s -> Small.source(s).patches(marks.at("latin.patch")))
                    .source("z", s -> Small.source(s).patches(marks.at("directory.patch"))));

    assertThat(errors)
        .isEqualTo(
            """
            %s: error: patch 'no.patch' cannot be used: there is no such file
                the place is %s
            %s: error: patch 'latin.patch' cannot be used: it is not UTF-8
                the place is %s
            %s: error: patch 'directory.patch' cannot be used: it cannot be read: Is a directory
                the place is %s"""
                .formatted(
                    marks.of("no.patch"),
                    directory.resolve("no.patch"),
                    marks.of("latin.patch"),
                    directory.resolve("latin.patch"),
                    marks.of("directory.patch"),
                    directory.resolve("directory.patch")));
  }

  @Test
  void aPatchOutsideTheDirectoryIsNotRead(@TempDir Path directory) {
    String errors =
        whole(
            r ->
                r.patchesFrom(directory)
                    .source("x", s -> Small.source(s).patches(marks.at("../a.patch"))));

    assertThat(errors)
        .startsWith(marks.of("../a.patch") + ": error: '../a.patch' is not the name of a patch\n")
        .hasLineCount(2);
  }

  @Test
  void nothingIsNull() {
    assertThatThrownBy(() -> whole(r -> r.title(null))).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> whole(r -> r.source(null, Small::source)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> whole(r -> r.phase("x", p -> p.environment(null, "x"))))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> whole(r -> r.phase("x", p -> p.environment("x", null))))
        .isInstanceOf(NullPointerException.class);
  }

  private static String whole(Consumer<RecipeSpec> more) {
    return Small.errors(r -> more.accept(Small.rest(r).phase("tools", Small::phase)));
  }
}
