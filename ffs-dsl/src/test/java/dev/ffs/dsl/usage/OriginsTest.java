package dev.ffs.dsl.usage;

import static dev.ffs.dsl.Recipes.autotools;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.diagnostic.Origin;
import dev.ffs.dsl.DefaultsSpec;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each element of a recipe says which line of Java it comes from. */
class OriginsTest {

  private final Marks marks = new Marks();

  @Test
  void everyCallOfAChainHasItsOwnLine() {
    Recipe recipe =
        Recipes.recipe(
            marks.at("small"),
            r ->
                r.title(marks.at("Small"))
                    .toolchain("host", t -> t.kind(Toolchain.Kind.HOST))
                    .output(o -> o.phases(marks.at("tools")).directory(marks.at("/tmp"), "1777"))
                    .source(
                        marks.at("m4"),
                        s ->
                            s.version("1")
                                .url("https://x.example/m4.tar")
                                .sha256(marks.at(Small.DIGEST))
                                .license("MIT"))
                    .target(
                        "x86-64bit",
                        t ->
                            t.triple("x86_64-linux-musl")
                                .kernelArch("x86")
                                .cflags("-O2")
                                .variable(marks.at("musl-arch"), "x86_64"))
                    .phase(
                        "tools",
                        p ->
                            p.where(Place.HOST)
                                .toolchain(marks.at("host"))
                                .defaults(autotools())
                                .step(
                                    marks.at("step"),
                                    s ->
                                        s.source("m4")
                                            .configure(
                                                "--one", //
                                                marks.at("--two"))
                                            .before(
                                                """
                                                make
                                                """))));

    assertThat(recipe.title().origin()).isEqualTo(marks.of("Small"));
    assertThat(recipe.origin()).isEqualTo(above(marks.of("small"), 1));
    assertThat(recipe.output().phases().get(0).origin()).isEqualTo(marks.of("tools"));
    assertThat(recipe.output().origin()).isEqualTo(marks.of("tools"));
    assertThat(recipe.output().directories().get(0).path().origin()).isEqualTo(marks.of("/tmp"));
    assertThat(recipe.sources().get(0).origin()).isEqualTo(above(marks.of("m4"), 1));
    assertThat(recipe.sources().get(0).archives().get(0).sha256().origin())
        .isEqualTo(marks.of(Small.DIGEST));
    assertThat(recipe.targets().get(0).variables().get(0).origin())
        .isEqualTo(marks.of("musl-arch"));
    Phase phase = recipe.phases().get(0);
    assertThat(phase.toolchain().origin()).isEqualTo(marks.of("host"));
    PackageStep step = phase.steps().get(0);
    assertThat(step.origin()).isEqualTo(above(marks.of("step"), 1));
    assertThat(step.options().configure())
        .extracting(Text::origin)
        .as("the line of the call, not of the argument")
        .containsOnly(above(marks.of("--two"), 2));
    assertThat(step.before()).extracting(Text::origin).isEqualTo(below(marks.of("--two"), 1));
  }

  @Test
  void whatIsNotSaidHasThePlaceOfWhatItBelongsTo() {
    Phase phase = Small.recipe(p -> p.step(marks.at("m4"), s -> s.script("make"))).phases().get(0);

    assertThat(phase.shell().origin()).isEqualTo(phase.origin());
    assertThat(phase.steps().get(0).sources().get(0).origin()).isEqualTo(marks.of("m4"));
  }

  @Test
  void defaultsHaveThePlaceWhereTheyAreMade() {
    DefaultsSpec kept = autotools().prefix(marks.at("/tools"));

    BuildDefaults defaults =
        Small.recipe(p -> p.defaults(kept).step("m4")).phases().get(0).defaults().get(0);

    assertThat(defaults.origin()).isEqualTo(marks.of("/tools"));
    assertThat(defaults.options().prefix().origin()).isEqualTo(marks.of("/tools"));
  }

  @Test
  void aMethodReferenceThatTheJdkCallsHasThePlaceOfTheLoop() {
    Recipe recipe =
        Small.recipe(
            p -> {
              p.defaults(autotools().prefix("/tools"));
              List.of(marks.at("m4")).forEach(p::step);
            });

    assertThat(recipe.phases().get(0).steps())
        .extracting(PackageStep::origin)
        .containsExactly(marks.of("m4"));
  }

  @Test
  void aHelperMethodHasItsOwnLines() {
    Recipe recipe = Small.recipe(this::helper);

    assertThat(recipe.phases().get(0).steps().get(0).origin()).isEqualTo(marks.of("m4"));
  }

  private void helper(PhaseSpec p) {
    p.step(marks.at("m4"), s -> s.script("make"));
  }

  private static Origin above(Origin place, int lines) {
    return new Origin(place.file(), place.line() - lines, 0);
  }

  private static Origin below(Origin place, int lines) {
    return new Origin(place.file(), place.line() + lines, 0);
  }
}
