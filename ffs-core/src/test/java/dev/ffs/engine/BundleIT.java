package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Tools;
import dev.ffs.model.Place;
import dev.ffs.script.ScriptGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bundle goes on where it stopped, and knows what has changed meanwhile. */
@Timeout(120)
class BundleIT {

  @TempDir Path directory;
  private Path bundle;

  @BeforeEach
  void generate() throws Exception {
    Builds.requireEnclosure();
    Tools.require("cc");
    bundle = directory.toRealPath().resolve("bundle");
    Builds.FFS.generate(
        Builds.FFS.plan(
            recipe(
                List.of(),
                "base",
                phase("base", Place.HOST, "host", script("a", "echo >$FFS_SYSROOT/a"))),
            Builds.TARGET),
        bundle);
  }

  private String build() throws Exception {
    Tools.Result result = Tools.run(bundle, "bash", bundle.resolve("build.sh").toString());
    assertThat(result.code()).as(result.output()).isZero();
    return result.output();
  }

  private void edit(String file, String before, String after) throws Exception {
    Path path = bundle.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(before);
    Files.writeString(path, text.replaceFirst(before, after));
  }

  @Test
  void aStepIsKeptWhileNothingChanges() throws Exception {
    assertThat(build()).doesNotContain("base/a kept");
    assertThat(build()).contains("base/a kept");
  }

  @Test
  void anotherCompilerOrCLibraryCounts() throws Exception {
    build();
    // What the bundle asks is what the engine asks.
    assertThat(bundle.resolve("compiler.sh")).hasContent(ScriptGenerator.compiler());
    edit("compiler.sh", "ldd --version", "echo another one; ldd --version");

    assertThat(build()).doesNotContain("base/a kept");
  }

  @Test
  void whatTheRowOfAStepSaysCounts() throws Exception {
    build();
    edit("steps.tsv", "/bin/bash", "/usr/bin/bash");

    assertThat(build()).doesNotContain("base/a kept");
  }

  @Test
  void aBundleWithoutACompilerSaysWhatIsMissing() throws Exception {
    edit("compiler.sh", "cc --version", "no-such-cc --version");

    Tools.Result result = Tools.run(bundle, "bash", bundle.resolve("build.sh").toString());

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.output())
        .contains("error: there is no C compiler and linker")
        .contains("no-such-cc: not found");
  }
}
