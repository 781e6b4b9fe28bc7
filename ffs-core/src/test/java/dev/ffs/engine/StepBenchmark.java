package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.TARGET;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.event.BuildEvent;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.load.RecipeLoader;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Times what the engine adds to a step, and what it gains by running steps side by side.
 *
 * <p>{@code mvn -B -pl ffs-core test -Dtest=StepBenchmark -Dffs.excluded.tests=} runs it, in some
 * ten minutes; what it printed stands in docs/performance.md.
 */
@Tag("benchmark")
class StepBenchmark {

  private static final int FILES = 50_000;
  private static final int STEPS = 21;

  @TempDir Path directory;

  /** From the end of one step to the end of the next one: all that a step takes. */
  @Test
  void anEmptyStepOnALargeSysroot() throws Exception {
    Builds.requireEnclosure();
    Builds builds = new Builds(directory);
    List<PackageStep> steps = new ArrayList<>();
    steps.add(
        script(
            "large",
            """
            for i in {1..500}; do
              mkdir -p "$FFS_SYSROOT/usr/$i"
              for j in {1..%d}; do echo $i$j >"$FFS_SYSROOT/usr/$i/$j"; done
            done
            """
                .formatted(FILES / 500)));
    for (int i = 0; i < STEPS; i++) {
      steps.add(script("empty" + i, ": " + i, "large"));
    }
    List<Long> ends = Collections.synchronizedList(new ArrayList<>());
    BuildResult result =
        FFS.build(
            builds.request(
                host(steps.toArray(PackageStep[]::new)),
                request ->
                    request
                        .jobs(1)
                        .listener(
                            event -> {
                              if (event instanceof BuildEvent.StepFinished) {
                                ends.add(System.nanoTime());
                              }
                            })));
    assertThat(result.succeeded()).isTrue();
    double[] millis = new double[STEPS - 1];
    // The first one pays for looking over the layer of the large step, once for a build.
    for (int i = 0; i < millis.length; i++) {
      millis[i] = (ends.get(i + 2) - ends.get(i + 1)) / 1e6;
    }
    double first = (ends.get(1) - ends.get(0)) / 1e6;
    Arrays.sort(millis);
    double median = (millis[millis.length / 2 - 1] + millis[millis.length / 2]) / 2;
    System.out.printf(
        "an empty step on %d files: minimum %.0f ms, median %.0f ms, maximum %.0f ms;"
            + " the first one of a build %.0f ms%n",
        FILES, millis[0], median, millis[millis.length - 1], first);

    assertThat(median).isLessThan(200);
  }

  /** Packages that need nothing but the host's compiler: id, version, file in the pool, sha256. */
  private static final String PACKAGES =
      """
      xz-utils 5.4.1 xz-utils/xz-utils_5.4.1.orig.tar.xz 5d9827aa1875b21c288f78864bb26d2650b436ea8d2cad364e4921eb6266a5a5
      m4 1.4.19 m4/m4_1.4.19.orig.tar.xz 63aede5c6d33b6d9b13511cd0be2cac046f2e70fd0a07aa9573a04a82783af96
      sed 4.9 sed/sed_4.9.orig.tar.xz 6e226b732e1cd739464ad6862bd1a1aba42d7982922da7a53519631d24975181
      gzip 1.12 gzip/gzip_1.12.orig.tar.xz ce5e03e519f637e1f814011ace35c4f87b33c0bbabeec35baf5fbd3479e91956
      patch 2.7.6 patch/patch_2.7.6.orig.tar.xz ac610bda97abe0d9f6b7c963255a11dcb196c25e337c61f94e4778d632f1d8fd
      diffutils 3.8 diffutils/diffutils_3.8.orig.tar.xz a6bdd7d1b31266d11c4f4de6c1b748d4607ab0231af5188fc2533d0ae2438fec
      grep 3.8 grep/grep_3.8.orig.tar.xz 498d7cc1b4fb081904d87343febb73475cf771e424fb7e6141aff66013abc382
      findutils 4.9.0 findutils/findutils_4.9.0.orig.tar.xz a2bfb8c09d436770edc59f50fa483e785b161a3b7b9d547573cb08065fd462fe
      """;

  /** In sequence each of them has all jobs to itself; side by side they share them. */
  @Test
  void eightPackagesSideBySideAndInSequence() throws Exception {
    Builds.requireEnclosure();
    Path sources = directory.resolve("fetched");
    double inSequence = seconds("sequence", "", sources);
    double sideBySide = seconds("side", "needs: [], ", sources);
    System.out.printf(
        "8 autotools packages, 2 jobs: in sequence %.1f s, side by side %.1f s, ratio %.2f%n",
        inSequence, sideBySide, sideBySide / inSequence);

    assertThat(sideBySide / inSequence).isLessThan(0.65);
  }

  private double seconds(String name, String needs, Path sources) throws IOException {
    Recipe recipe = new RecipeLoader().load(packages(name, needs));
    Path store = directory.resolve("store-" + name);
    Files.createDirectories(store);
    Files.createDirectories(sources);
    Files.createSymbolicLink(store.resolve("sources"), sources);
    try (LocalExecutor executor = new LocalExecutor()) {
      BuildRequest request =
          BuildRequest.of(recipe, TARGET, executor)
              .store(store)
              .output(directory.resolve("out-" + name))
              .jobs(2)
              .build();
      assertThat(FFS.fetch(request)).isTrue();
      BuildResult result = FFS.build(request);
      assertThat(result.failures()).isEmpty();

      return result.duration().toMillis() / 1000.0;
    }
  }

  private Path packages(String name, String needs) throws IOException {
    Path recipe = directory.resolve(name);
    StringBuilder sources = new StringBuilder("sources:\n");
    StringBuilder steps = new StringBuilder("phase: tools\nwhere: host\ntoolchain: host\n");
    steps.append("defaults: {autotools: {prefix: /tools}}\nsteps:\n");
    for (String line : PACKAGES.lines().toList()) {
      String[] words = line.split(" ", -1);
      sources.append(
          """
            %s:
              version: %s
              url: mirror://debian/pool/main/%c/%s
              sha256: %s
              license: GPL-3.0-or-later
          """
              .formatted(words[0], words[1], words[2].charAt(0), words[2], words[3]));
      // Two of them install the same list of charsets.
      steps.append(
          "  - %s: {%sconfigure: [--disable-nls], make: [MAKEINFO=true], install: [%s]}\n"
              .formatted(words[0], needs, "install-exec"));
    }
    write(recipe.resolve("sources.yaml"), sources.toString());
    write(recipe.resolve("phases/tools.yaml"), steps.toString());
    write(
        recipe.resolve("targets/x86-64bit.yaml"),
        "target: x86-64bit\ntriple: x86_64-linux-gnu\nkernel-arch: x86\ncflags: -O2\n");
    write(
        recipe.resolve("recipe.yaml"),
        """
        recipe: %s
        title: Eight packages
        phases: [tools]
        toolchains:
          host: {kind: host}
        output: {phases: [tools]}
        """
            .formatted(name));
    return recipe;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
  }
}
