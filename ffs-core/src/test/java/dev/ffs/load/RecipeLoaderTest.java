package dev.ffs.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Archive;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Needs;
import dev.ffs.model.Output;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Patch;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeLoaderTest {

  @TempDir Path directory;
  private Path recipe;

  @BeforeEach
  void startWithTheGoodRecipe() throws IOException {
    recipe = Corpus.layGood(directory);
  }

  private Recipe load() {
    return new RecipeLoader().load(recipe);
  }

  private static Phase phase(Recipe loaded, int index) {
    return loaded.phases().get(index);
  }

  private Origin at(String file, int line, int column) {
    return new Origin(recipe.resolve(file).toString(), line, column);
  }

  private void edit(String file, String from, String to) throws IOException {
    Path path = recipe.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  @Test
  void readsTheHeadOfARecipe() {
    Recipe loaded = load();

    assertThat(loaded.id()).isEqualTo("good");
    assertThat(loaded.origin()).isEqualTo(at("recipe.yaml", 1, 9));
    assertThat(loaded.title())
        .isEqualTo(new Text("A recipe without faults", at("recipe.yaml", 2, 8)));
    assertThat(loaded.phases()).extracting(Phase::id).containsExactly("cross_tools", "fchroot");
    assertThat(loaded.toolchains())
        .containsExactly(
            new Toolchain(
                "host", Toolchain.Kind.HOST, List.of(), List.of(), at("recipe.yaml", 5, 3)),
            new Toolchain(
                "native",
                Toolchain.Kind.NATIVE,
                List.of(new Text("/usr/bin", at("recipe.yaml", 9, 12))),
                List.of(
                    new Variable(
                        "CC",
                        new Text("gcc", at("recipe.yaml", 10, 23)),
                        at("recipe.yaml", 10, 19))),
                at("recipe.yaml", 7, 3)));
  }

  @Test
  void readsTheOutput() {
    assertThat(load().output())
        .isEqualTo(
            new Output(
                List.of(new Text("fchroot", at("recipe.yaml", 12, 12))),
                List.of(new Text("/usr/share/doc", at("recipe.yaml", 13, 13))),
                List.of(
                    new Output.DirectoryEntry(
                        new Text("/proc", at("recipe.yaml", 15, 5)),
                        new Text("0555", at("recipe.yaml", 15, 13)))),
                List.of(
                    new Output.OwnerEntry(
                        new Text("/usr/bin/su", at("recipe.yaml", 17, 5)),
                        new Text("0", at("recipe.yaml", 17, 25)),
                        new Text("0", at("recipe.yaml", 17, 35)),
                        new Text("4755", at("recipe.yaml", 17, 45)))),
                at("recipe.yaml", 11, 1)));
  }

  @Test
  void readsSourcesWithTheirArchivesPreparationsAndPatches() throws IOException {
    Recipe loaded = load();

    assertThat(loaded.mirrors())
        .containsExactly(
            new MirrorGroup(
                "gnu",
                List.of(new Text("https://gnu.example.org/", at("sources.yaml", 2, 10))),
                at("sources.yaml", 2, 3)));
    Source gcc = loaded.source("gcc").orElseThrow();
    assertThat(gcc.origin()).isEqualTo(at("sources.yaml", 9, 3));
    assertThat(gcc.version().value()).as("no number").isEqualTo("14.10");
    assertThat(gcc.license().value()).isEqualTo("GPL-3.0-or-later");
    assertThat(gcc.prepare()).isEqualTo(new Text("touch gcc/doc\n", at("sources.yaml", 16, 7)));
    assertThat(gcc.patches())
        .containsExactly(
            new Patch(
                new Text("gcc-paths.patch", at("sources.yaml", 14, 15)),
                Files.readString(directory.resolve("recipes/patches/gcc-paths.patch"))));
    assertThat(gcc.archives())
        .extracting(Archive::fileName)
        .containsExactly("gcc-14.10.tar.xz", "gcc_14.10.orig.tar.gz");
    Archive alternate = gcc.archives().get(1);
    assertThat(alternate.prepare())
        .isEqualTo(new Text("mv gcc-$FFS_GCC_VERSION/* .\n", at("sources.yaml", 21, 11)));
    assertThat(alternate.digest()).startsWith("b7b39bc69c").hasSize(64);
  }

  @Test
  void readsTargetsInTheOrderOfTheirNames() {
    assertThat(load().targets())
        .containsExactly(
            new Target(
                "arm-64bit",
                new Text("aarch64-linux-musl", at("targets/arm-64bit.yaml", 2, 9)),
                new Text("arm64", at("targets/arm-64bit.yaml", 3, 14)),
                new Text("-O2", at("targets/arm-64bit.yaml", 4, 9)),
                new Target.Qemu(
                    new Text("aarch64", at("targets/arm-64bit.yaml", 5, 14)),
                    new Text("cortex-a72", at("targets/arm-64bit.yaml", 5, 28))),
                List.of(
                    new Variable(
                        "musl-arch",
                        new Text("aarch64", at("targets/arm-64bit.yaml", 7, 14)),
                        at("targets/arm-64bit.yaml", 7, 3))),
                at("targets/arm-64bit.yaml", 1, 9)),
            new Target(
                "x86-64bit",
                new Text("x86_64-linux-musl", at("targets/x86-64bit.yaml", 2, 9)),
                new Text("x86", at("targets/x86-64bit.yaml", 3, 14)),
                new Text("", at("targets/x86-64bit.yaml", 4, 10)),
                null,
                List.of(
                    new Variable(
                        "musl-arch",
                        new Text("x86_64", at("targets/x86-64bit.yaml", 6, 14)),
                        at("targets/x86-64bit.yaml", 6, 3))),
                at("targets/x86-64bit.yaml", 1, 9)));
  }

  @Test
  void readsPhasesWithTheirDefaults() {
    Phase phase = phase(load(), 0);

    assertThat(phase.where()).isEqualTo(Place.HOST);
    assertThat(phase.toolchain().value()).isEqualTo("host");
    assertThat(phase.shell().value()).isEqualTo("/bin/bash");
    assertThat(phase.environment())
        .extracting(v -> v.name() + "=" + v.value())
        .containsExactly("CFLAGS=$FFS_CFLAGS");
    assertThat(phase.defaults())
        .extracting(BuildDefaults::system)
        .containsExactly(BuildSystem.AUTOTOOLS, BuildSystem.MAKE);
    BuildOptions autotools = phase.defaults().get(0).options();
    assertThat(String.valueOf(autotools.prefix())).isEqualTo("/cross-tools");
    assertThat(autotools.configure())
        .extracting(Text::value)
        .containsExactly("--build=$FFS_BUILD", "--host=$FFS_TARGET");
    assertThat(phase(load(), 1).where()).isEqualTo(Place.CHROOT);
    assertThat(phase(load(), 1).shell().value()).isEqualTo("/bin/sh");
    assertThat(phase.sees()).isNull();
    assertThat(phase(load(), 1).sees()).extracting(Text::value).containsExactly("cross_tools");
  }

  @Test
  void readsStepsOfAllForms() {
    Recipe loaded = load();
    String file = "phases/cross_tools.yaml";
    PackageStep word = phase(loaded, 0).steps().get(0);
    PackageStep settings = phase(loaded, 0).steps().get(1);
    PackageStep script = phase(loaded, 0).steps().get(2);

    assertThat(word)
        .isEqualTo(
            new PackageStep(
                "gmp",
                List.of(new Text("gmp", at(file, 13, 5))),
                new Needs.Above(),
                List.of(),
                null,
                BuildOptions.NONE,
                null,
                null,
                null,
                null,
                List.of(),
                at(file, 13, 5)));
    assertThat(settings.sources()).extracting(Text::value).containsExactly("gcc", "gmp");
    assertThat(settings.needs())
        .isEqualTo(new Needs.Only(List.of(new Text("gmp", at(file, 16, 15)))));
    assertThat(settings.jobs()).isEqualTo(1);
    assertThat(settings.before())
        .isEqualTo(new Text("ln -s ../gmp-$FFS_GMP_VERSION gmp\n", at(file, 21, 9)));
    assertThat(script.sources()).isEmpty();
    assertThat(script.build()).isEqualTo(BuildSystem.SCRIPT);
    assertThat(script.script())
        .isEqualTo(new Text("strip \"$FFS_SYSROOT/cross-tools/bin/gcc\"\n", at(file, 25, 9)));
  }

  @Test
  void readsABuildSystemThatIsChosenWithItsOptions() {
    PackageStep step = phase(load(), 1).steps().get(0);

    assertThat(step.build()).isEqualTo(BuildSystem.MAKE);
    assertThat(step.options().make()).extracting(Text::value).containsExactly("V=1");
    assertThat(step.options().install()).extracting(Text::value).containsExactly("install-strip");
    assertThat(String.valueOf(step.options().directory())).isEqualTo("gcc");
    assertThat(step.overwrites()).extracting(Text::value).containsExactly("/usr/bin/gcc");
    assertThat(String.valueOf(step.after())).isEqualTo("rm -f /usr/lib/libgcc.la\n");
  }

  @Test
  void emptyListOfNeedsIsNotTheSameAsNone() throws IOException {
    edit("phases/cross_tools.yaml", "needs: [gmp]", "needs: []");

    assertThat(phase(load(), 0).steps().get(1).needs()).isEqualTo(new Needs.Only(List.of()));
  }

  @Test
  void takesWordsAndNumbersOfYamlAsTheStringsTheyAre() throws IOException {
    edit(
        "targets/x86-64bit.yaml",
        "  musl-arch: x86_64",
        """
          musl-arch: null
          a: 010
          b: 1e3
          c: yes
          d: ~
          e: 2001-12-14
        """);

    assertThat(load().target("x86-64bit").orElseThrow().variables())
        .extracting(v -> v.value().value())
        .containsExactly("null", "010", "1e3", "yes", "~", "2001-12-14");
  }

  @Test
  void readsFilesWithByteOrderMarkAndLineEndsOfWindows() throws IOException {
    Recipe expected = load();
    for (Path file : Corpus.yamlFiles(recipe)) {
      Files.writeString(file, "\uFEFF" + Files.readString(file).replace("\n", "\r\n"));
    }

    assertThat(load()).isEqualTo(expected);
  }

  @Test
  void leavesHiddenFilesAlone() throws IOException {
    Files.writeString(recipe.resolve("targets/.arm-64bit.yaml.swp"), "?");
    Files.writeString(recipe.resolve("phases/.hidden.yaml"), "?");

    assertThat(load().targets()).hasSize(2);
  }

  @Test
  void knowsTheColumnOfAValueOnlyIfTheFileShowsItAsItIs() throws IOException {
    String file = "phases/fchroot.yaml";
    edit(file, "make: [V=1]", "make: ['it''s', \"a\\tb\", 'as is', \"as is\"]");

    assertThat(phase(load(), 1).steps().get(0).options().make())
        .containsExactly(
            new Text("it's", at(file, 9, 0)),
            new Text("a\tb", at(file, 9, 0)),
            new Text("as is", at(file, 9, 32)),
            new Text("as is", at(file, 9, 41)));
  }

  @Test
  void knowsWhereAScriptBeginsThatIsIndentedOrBeginsWithAnEmptyLine() throws IOException {
    String file = "phases/fchroot.yaml";
    edit(file, "after: |\n", "after: |2\n\n");

    assertThat(phase(load(), 1).steps().get(0).after())
        .isEqualTo(new Text("\nrm -f /usr/lib/libgcc.la\n", at(file, 15, 9)));
  }

  @Test
  void takesAScriptOfOneLineInAnyQuotes() throws IOException {
    edit(
        "phases/fchroot.yaml",
        "after: |\n        rm -f /usr/lib/libgcc.la\n",
        "after: 'echo ''done'''\n");

    assertThat(String.valueOf(phase(load(), 1).steps().get(0).after())).isEqualTo("echo 'done'");
  }

  @Test
  void showsFilesAsTheUserNamedTheDirectory() {
    Path relative = Path.of("").toAbsolutePath().relativize(recipe);

    Recipe loaded = new RecipeLoader().load(relative);

    assertThat(loaded.id()).isEqualTo("good");
    assertThat(loaded.origin().file()).isEqualTo(relative.resolve("recipe.yaml").toString());
  }

  @Test
  void collectsTheErrorsOfAllFilesWithTheirLines() throws IOException {
    Path bad = Corpus.lay("structure/several-mistakes", directory);

    assertThatThrownBy(() -> new RecipeLoader().load(bad))
        .isInstanceOfSatisfying(
            DiagnosticException.class,
            thrown -> {
              assertThat(thrown.diagnostics()).hasSize(5);
              assertThat(thrown.diagnostics())
                  .allSatisfy(d -> assertThat(d.sourceLine()).isNotNull());
            });
  }

  @Test
  void listsTheDirectoriesThatHoldARecipe() throws IOException {
    Files.createDirectories(directory.resolve("recipes/another"));
    Files.writeString(directory.resolve("recipes/another/recipe.yaml"), "");
    Files.writeString(directory.resolve("recipes/README.md"), "");

    assertThat(new RecipeLoader().list(directory.resolve("recipes")))
        .containsExactly("another", "good");
  }

  @Test
  void saysThatThereAreNoRecipesWhereNoDirectoryIs() {
    assertThatThrownBy(() -> new RecipeLoader().list(Path.of("nowhere")))
        .isInstanceOf(DiagnosticException.class)
        .hasMessage(
            "nowhere: error: there are no recipes: there is no such file\n"
                + "    name the directory that holds the recipes' directories");
    assertThatThrownBy(() -> new RecipeLoader().list(recipe.resolve("recipe.yaml")))
        .hasMessageContaining("there are no recipes: this is not a directory");
  }
}
