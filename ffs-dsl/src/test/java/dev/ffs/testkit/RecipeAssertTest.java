package dev.ffs.testkit;

import static dev.ffs.dsl.Recipes.autotools;
import static dev.ffs.testkit.RecipeAssert.assertThatRecipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.Origin;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.model.Output;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RecipeAssertTest {

  private static final Recipe BASE =
      recipe(
          p ->
              p.step("m4")
                  .step("gmp", s -> s.needs("m4").source("m4").configure("--enable-cxx"))
                  .step("files", s -> s.needs().source("none").script("one\ntwo\nthree\n")));

  @Test
  void recipesThatDifferInOriginsOnlyAreEquivalent() {
    Recipe other =
        recipe(
            p -> {
              p.step("m4");
              p.step("gmp", s -> s.needs("m4").source("m4").configure("--enable-cxx"));
              p.step("files", s -> s.needs().source("none").script("one\ntwo\nthree\n"));
            });

    assertThat(other).isNotEqualTo(BASE);
    assertThatRecipe(other).isEquivalentTo(BASE);
    assertThat(other)
        .as("what AssertJ itself thinks")
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(Origin.class)
        .withStrictTypeChecking()
        .isEqualTo(BASE);
  }

  @Test
  void eachDifferenceIsALineThatNamesTheElement() {
    Recipe other =
        recipe(
            p ->
                p.environment("A", "b")
                    .step("m4")
                    .step("bison", s -> s.source("m4"))
                    .step("gmp", s -> s.source("m4").jobs(1).configure("--enable-cxx", "--x"))
                    .step("files", s -> s.needs().source("none").script("one\n2\nthree\n")));

    assertThatThrownBy(() -> assertThatRecipe(other).isEquivalentTo(BASE))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            Expected recipe 'small' to be equivalent to recipe 'small', but:
              phases[tools].environment: expected [] but was [A]
              phases[tools].steps: expected [m4, gmp, files] but was [m4, bison, gmp, files]
              phases[tools].steps[gmp].needs: expected Only[steps=[m4]] but was Above[]
              phases[tools].steps[gmp].options.configure: expected ["--enable-cxx"] but was\
             ["--enable-cxx", "--x"]
              phases[tools].steps[gmp].jobs: expected null but was 1
              phases[tools].steps[files].script line 2: expected "two" but was "2\"""");
  }

  @Test
  void anElementThatIsMissingOrInAnotherPlaceIsADifference() {
    assertThat(differences(List.of("a", "b"), List.of("b", "a")))
        .containsExactly("exclude: expected [\"b\", \"a\"] but was [\"a\", \"b\"]");
    assertThat(differences(List.of("a"), List.of("a", "a")))
        .containsExactly("exclude: expected [\"a\", \"a\"#1] but was [\"a\"]");
    assertThat(differences(List.of("a", "a"), List.of("a", "a"))).isEmpty();
  }

  @Test
  void textsDifferInTheirEndsToo() {
    assertThat(texts("x", "x\n")).containsExactly(": expected \"x\\n\" but was \"x\"");
    assertThat(texts("a\nb\n", "a\nb"))
        .containsExactly(": expected \"a\\nb\" but was \"a\\nb\\n\"");
    assertThat(texts("a\nb\n", "a\nb\nc\n"))
        .containsExactly(" line 3: expected \"c\" but was the end");
    assertThat(texts("a\r\nb", "a\nb"))
        .containsExactly(": expected \"a\\nb\" but was \"a\\r\\nb\"");
    assertThat(texts("a\nb", "a\nb")).isEmpty();
  }

  @Test
  void aGoodRecipeHasNoErrors() {
    assertThatRecipe(BASE).hasNoErrors();
  }

  @Test
  void errorsOfARecipeAreShown() {
    Recipe bad =
        new Recipe(
            BASE.id(),
            BASE.title(),
            BASE.phases(),
            BASE.toolchains(),
            BASE.output(),
            BASE.mirrors(),
            BASE.sources(),
            List.of(),
            new Origin("X.java", 7, 0));

    assertThatThrownBy(() -> assertThatRecipe(bad).hasNoErrors())
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "Expected recipe 'small' to have no errors, but:\n"
                + "  X.java:7: error: recipe 'small' has no targets\n");
  }

  @Test
  void stepsAreReachedThroughTheirPhase() {
    assertThatRecipe(BASE).phase("tools").steps("m4", "gmp", "files");
    assertThatRecipe(BASE)
        .phase("tools")
        .step("m4")
        .needsEveryStepAbove()
        .sources("m4")
        .configure();
    assertThatRecipe(BASE).phase("tools").step("gmp").needs("m4").configure("--enable-cxx");
    assertThatRecipe(BASE).phase("tools").step("files").needs().sources().scriptContains("two");
  }

  @Test
  void whatIsNotThereIsNamedBesideWhatIs() {
    fails(
        () -> assertThatRecipe(BASE).phase("tolls"),
        "Expected recipe 'small' to have a phase 'tolls', but it has [tools]");
    fails(
        () -> tools().step("m5"),
        "Expected phase 'tools' to have a step 'm5', but it has [m4, gmp, files]");
    fails(
        () -> tools().steps("m4"),
        "Expected phase 'tools' to have the steps [m4], but it has [m4, gmp, files]");
    fails(
        () -> tools().step("m4").needs(),
        "Expected step 'm4' to need [], but it is every step above it");
    fails(
        () -> tools().step("gmp").needsEveryStepAbove(),
        "Expected step 'gmp' to need every step above it, but it is [m4]");
    fails(
        () -> tools().step("gmp").sources("gmp"),
        "Expected step 'gmp' to unpack [gmp], but it is [m4]");
    fails(
        () -> tools().step("gmp").configure(),
        "Expected step 'gmp' to add to configure [], but it is [--enable-cxx]");
    fails(
        () -> tools().step("gmp").scriptContains("x"),
        "Expected step 'gmp' to have a script that contains\n  x\nbut it has none");
    fails(
        () -> tools().step("files").scriptContains("four"),
        "Expected step 'files' to have a script that contains\n  four\nbut it is\n"
            + "  one\n  two\n  three\n");
  }

  @Test
  void noRecipeIsSaidToBeNone() {
    assertThatThrownBy(() -> assertThatRecipe(null).hasNoErrors())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not to be null");
  }

  private static PhaseAssert tools() {
    return assertThatRecipe(BASE).phase("tools");
  }

  private static void fails(Runnable assertion, String message) {
    assertThatThrownBy(assertion::run).isInstanceOf(AssertionError.class).hasMessage(message);
  }

  private static List<String> differences(List<String> actual, List<String> expected) {
    return Differences.between(excluding(actual), excluding(expected));
  }

  private static Output excluding(List<String> paths) {
    Origin nowhere = Origin.ofFile("x");
    List<Text> texts = paths.stream().map(path -> new Text(path, nowhere)).toList();
    return new Output(List.of(), texts, List.of(), List.of(), nowhere);
  }

  private static List<String> texts(String actual, String expected) {
    return Differences.between(
        new Text(actual, Origin.ofFile("a")), new Text(expected, Origin.ofFile("b")));
  }

  private static Recipe recipe(Consumer<PhaseSpec> tools) {
    return Recipes.recipe(
        "small",
        r ->
            r.title("Small")
                .phase(
                    "tools",
                    p ->
                        tools.accept(
                            p.where(Place.HOST)
                                .toolchain("host")
                                .defaults(autotools().prefix("/tools"))))
                .toolchain("host", t -> t.kind(Toolchain.Kind.HOST))
                .output(o -> o.phases("tools"))
                .source(
                    "m4",
                    s ->
                        s.version("1")
                            .url("https://x.example/m4.tar")
                            .sha256("a".repeat(64))
                            .license("MIT"))
                .target(
                    "x86-64bit",
                    t -> t.triple("x86_64-linux-musl").kernelArch("x86").cflags("-O2")));
  }
}
