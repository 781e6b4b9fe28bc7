package dev.ffs.dsl.usage;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.RecipeSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.dsl.SourceSpec;
import dev.ffs.dsl.TargetSpec;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Toolchain;
import java.util.function.Consumer;

/** The smallest recipe in which nothing is wrong, and what is wrong once something is changed. */
final class Small {

  static final String DIGEST = "a".repeat(64);

  private Small() {}

  /** A phase {@code tools}, with whatever else it needs. */
  static Recipe recipe(Consumer<PhaseSpec> tools) {
    return Recipes.recipe(
        "small",
        r -> rest(r).phase("tools", p -> tools.accept(p.where(Place.HOST).toolchain("host"))));
  }

  /** Everything but the phase {@code tools}. */
  static RecipeSpec rest(RecipeSpec r) {
    return r.title("Small")
        .toolchain("host", t -> t.kind(Toolchain.Kind.HOST))
        .output(o -> o.phases("tools"))
        .source("m4", Small::source)
        .target("x86-64bit", Small::target);
  }

  /** A phase in which nothing is wrong. */
  static void phase(PhaseSpec p) {
    p.where(Place.HOST).toolchain("host").step("m4", s -> s.script("make\n"));
  }

  static SourceSpec source(SourceSpec s) {
    return s.version("1").url("https://x.example/m4.tar").sha256(DIGEST).license("MIT");
  }

  static TargetSpec target(TargetSpec t) {
    return t.triple("x86_64-linux-musl").kernelArch("x86").cflags("-O2");
  }

  /** Returns what is wrong with a recipe, as it is printed. */
  static String errors(Consumer<RecipeSpec> body) {
    try {
      Recipes.recipe("small", body);
    } catch (DiagnosticException e) {
      return e.getMessage();
    }
    return "nothing";
  }
}
