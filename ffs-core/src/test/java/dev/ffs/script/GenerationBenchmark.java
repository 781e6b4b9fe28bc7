package dev.ffs.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.load.RecipeLoader;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Times loading, planning and generating a recipe of 100 steps in a warm JVM.
 *
 * <p>{@code mvn -B -pl ffs-core test -Dtest=GenerationBenchmark -Dffs.excluded.tests=} runs it;
 * what it printed stands in docs/performance.md.
 */
@Tag("benchmark")
class GenerationBenchmark {

  private static final int STEPS = 100;
  private static final int WARM_UP = 200;
  private static final int RUNS = 51;

  @TempDir Path directory;

  @Test
  void aRecipeOfAHundredSteps() throws IOException {
    Path recipe = writeRecipe();
    ScriptGenerator generator = ScriptGenerator.create();
    double[] millis = new double[RUNS];
    for (int i = -WARM_UP; i < RUNS; i++) {
      long began = System.nanoTime();
      BuildPlan plan = Planner.plan(new RecipeLoader().load(recipe), "x86-64bit");
      Bundle bundle = generator.bundle(plan);
      double took = (System.nanoTime() - began) / 1e6;
      assertThat(bundle.files()).hasSizeGreaterThan(2 * STEPS);
      if (i >= 0) {
        millis[i] = took;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        "load, plan and generate %d steps: minimum %.1f ms, median %.1f ms, maximum %.1f ms%n",
        STEPS, millis[0], millis[RUNS / 2], millis[RUNS - 1]);

    assertThat(millis[RUNS / 2]).isLessThan(50);
  }

  private Path writeRecipe() throws IOException {
    Path recipe = directory.resolve("hundred");
    write(
        recipe.resolve("recipe.yaml"),
        """
        recipe: hundred
        title: A recipe of 100 steps
        phases: [tools]
        toolchains:
          cross: {kind: cross, environment: {CC: $FFS_TARGET-gcc}}
        output: {phases: [tools]}
        """);
    write(
        recipe.resolve("targets/x86-64bit.yaml"),
        """
        target: x86-64bit
        triple: x86_64-linux-musl
        kernel-arch: x86
        cflags: -O2
        """);
    StringBuilder sources = new StringBuilder("sources:\n");
    StringBuilder steps =
        new StringBuilder(
            """
            phase: tools
            where: host
            toolchain: cross
            defaults:
              autotools:
                prefix: /tools
                configure: [--build=$FFS_BUILD, --host=$FFS_TARGET]
            steps:
            """);
    for (int i = 0; i < STEPS; i++) {
      sources.append(
          """
            p%1$d:
              version: 1.%1$d
              url: https://example.org/p%1$d-1.%1$d.tar.gz
              sha256: %2$064x
              license: MIT
          """
              .formatted(i, i));
      String needs = i == 0 ? "" : "p" + (i - 1) / 2;
      steps.append(
          """
            - p%d:
                needs: [%s]
                configure: [--disable-nls, --with-x=$FFS_P%d_VERSION]
                after: |
                  rm -rf "$FFS_SYSROOT/tools/share/info"
          """
              .formatted(i, needs, i));
    }
    write(recipe.resolve("sources.yaml"), sources.toString());
    write(recipe.resolve("phases/tools.yaml"), steps.toString());
    return recipe;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
