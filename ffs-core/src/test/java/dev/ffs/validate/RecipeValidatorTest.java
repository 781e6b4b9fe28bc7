package dev.ffs.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.diagnostic.Diagnostic;
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
import dev.ffs.script.ScriptGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Rules on models as Java makes them; what YAML can say wrong is tested by the corpus of bad
 * recipes.
 */
class RecipeValidatorTest {

  private static final Origin HERE = new Origin("Recipe.java", 7, 0);
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  /** The parts of a good recipe, for tests to spoil. */
  private static final class Parts {
    String id = "r";
    Text title = text("A title");
    List<Toolchain> toolchains = new ArrayList<>(List.of(toolchain("host", Toolchain.Kind.HOST)));
    List<MirrorGroup> mirrors = new ArrayList<>();
    List<Source> sources = new ArrayList<>(List.of(source("m4", archive("https://h/m4.tar"))));
    List<Target> targets = new ArrayList<>(List.of(target("x86-64bit")));
    List<BuildDefaults> defaults =
        new ArrayList<>(List.of(new BuildDefaults(BuildSystem.AUTOTOOLS, BuildOptions.NONE, HERE)));
    List<PackageStep> steps = new ArrayList<>(List.of(step("m4", new Needs.Above())));
    List<Phase> morePhases = new ArrayList<>();
    Output output = output(List.of());

    List<String> findings() {
      List<Phase> phases = new ArrayList<>();
      phases.add(phase("tools", steps, defaults));
      phases.addAll(morePhases);
      Recipe recipe =
          new Recipe(id, title, phases, toolchains, output, mirrors, sources, targets, HERE);
      return RecipeValidator.validate(recipe).stream().map(Diagnostic::toString).toList();
    }
  }

  private static Text text(String value) {
    return new Text(value, HERE);
  }

  private static Toolchain toolchain(String id, Toolchain.Kind kind, Variable... environment) {
    return new Toolchain(id, kind, List.of(), List.of(environment), HERE);
  }

  private static Archive archive(String url) {
    return new Archive(text(url), text(DIGEST), null, HERE);
  }

  private static Source source(String id, Archive... archives) {
    return new Source(id, text("1.0"), text("MIT"), List.of(archives), List.of(), null, HERE);
  }

  private static Target target(String id, Variable... variables) {
    return new Target(
        id, text("x86_64-linux-musl"), text("x86"), text(""), null, List.of(variables), HERE);
  }

  private static Variable variable(String name, String value) {
    return new Variable(name, text(value), HERE);
  }

  private static Output output(List<Text> exclude) {
    return new Output(List.of(text("tools")), exclude, List.of(), List.of(), HERE);
  }

  private static Phase phase(String id, List<PackageStep> steps, List<BuildDefaults> defaults) {
    return new Phase(
        id, Place.HOST, text("host"), null, text("/bin/bash"), List.of(), defaults, steps, HERE);
  }

  private static PackageStep step(String id, Needs needs) {
    return step(id, needs, null, null, null);
  }

  private static PackageStep step(
      String id, Needs needs, BuildSystem build, Text script, Integer jobs) {
    return new PackageStep(
        id,
        List.of(text("m4")),
        needs,
        List.of(),
        build,
        BuildOptions.NONE,
        null,
        null,
        script,
        jobs,
        List.of(),
        HERE);
  }

  private static PackageStep script(Text script) {
    return step("s", new Needs.Above(), BuildSystem.SCRIPT, script, null);
  }

  private static Needs only(String... steps) {
    return new Needs.Only(Stream.of(steps).map(RecipeValidatorTest::text).toList());
  }

  @Test
  void findsNothingInAGoodRecipe() {
    assertThat(new Parts().findings()).isEmpty();
  }

  @Test
  void namesTheFirstPlaceOfEachDuplicate() {
    Parts parts = new Parts();
    Origin first = new Origin("Recipe.java", 3, 0);
    parts.toolchains.add(
        0, new Toolchain("host", Toolchain.Kind.HOST, List.of(), List.of(), first));
    parts.sources.add(source("m4", archive("https://h/m4.tar")));
    parts.targets.add(target("x86-64bit"));
    parts.morePhases.add(phase("tools", parts.steps, parts.defaults));
    parts.mirrors.add(new MirrorGroup("gnu", List.of(text("https://h/")), HERE));
    parts.mirrors.add(new MirrorGroup("gnu", List.of(text("https://h/")), HERE));
    parts.defaults.add(new BuildDefaults(BuildSystem.AUTOTOOLS, BuildOptions.NONE, HERE));

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: duplicate toolchain 'host'\n"
                + "    the first one is at Recipe.java:3",
            "Recipe.java:7: error: duplicate mirror group 'gnu'\n"
                + "    the first one is at Recipe.java:7",
            "Recipe.java:7: error: duplicate source 'm4'\n    the first one is at Recipe.java:7",
            "Recipe.java:7: error: duplicate target 'x86-64bit'\n"
                + "    the first one is at Recipe.java:7",
            "Recipe.java:7: error: duplicate phase 'tools'\n    the first one is at Recipe.java:7",
            "Recipe.java:7: error: duplicate build system 'autotools'\n"
                + "    the first one is at Recipe.java:7");
  }

  @Test
  void namesDuplicatesInTheOutputAndAmongVariables() {
    Parts parts = new Parts();
    Output.DirectoryEntry directory = new Output.DirectoryEntry(text("/proc"), text("555"));
    Output.OwnerEntry owner = new Output.OwnerEntry(text("/bin/su"), null, null, null);
    parts.output =
        new Output(
            List.of(text("tools")),
            List.of(),
            List.of(directory, directory),
            List.of(owner, owner),
            HERE);
    parts.targets.set(0, target("x86-64bit", variable("a", ""), variable("a", "")));
    parts.toolchains.set(
        0, toolchain("host", Toolchain.Kind.HOST, variable("CC", "a"), variable("CC", "b")));

    assertThat(parts.findings())
        .extracting(finding -> finding.lines().findFirst().orElseThrow())
        .containsExactly(
            "Recipe.java:7: error: duplicate variable 'CC'",
            "Recipe.java:7: error: duplicate directory '/proc'",
            "Recipe.java:7: error: duplicate path '/bin/su'",
            "Recipe.java:7: error: duplicate variable 'a'");
  }

  @Test
  void refusesStepsThatYamlCannotSay() {
    Parts parts = new Parts();
    parts.steps.add(step("a", new Needs.Above(), null, null, 0));
    parts.steps.add(step("b", new Needs.Above(), BuildSystem.SCRIPT, null, null));
    parts.steps.add(step("c", new Needs.Above(), BuildSystem.MAKE, text("make"), null));
    parts.steps.add(script(text(" \n")));
    parts.defaults.add(new BuildDefaults(BuildSystem.SCRIPT, BuildOptions.NONE, HERE));

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: a script has no defaults",
            "Recipe.java:7: error: step 'a' may run no job at all\n    jobs: 1",
            "Recipe.java:7: error: step 'b' has no script to be built by",
            "Recipe.java:7: error: step 'c' has a script and a build system as well\n"
                + "    the script is the whole build: drop one of the two",
            "Recipe.java:7: error: the script is empty");
  }

  @Test
  void refusesEachKindOfOptionBesideAScript() {
    List<BuildOptions> all =
        List.of(
            new BuildOptions(text("/usr"), List.of(), List.of(), List.of(), null),
            new BuildOptions(null, List.of(text("-a")), List.of(), List.of(), null),
            new BuildOptions(null, List.of(), List.of(text("-a")), List.of(), null),
            new BuildOptions(null, List.of(), List.of(), List.of(text("-a")), null),
            new BuildOptions(null, List.of(), List.of(), List.of(), text("build")));

    assertThat(all)
        .allSatisfy(
            options -> {
              Parts parts = new Parts();
              PackageStep plain = script(text("make"));
              parts.steps.add(
                  new PackageStep(
                      plain.id(),
                      plain.sources(),
                      plain.needs(),
                      plain.environment(),
                      plain.build(),
                      options,
                      null,
                      null,
                      plain.script(),
                      null,
                      List.of(),
                      HERE));
              assertThat(parts.findings())
                  .containsExactly(
                      "Recipe.java:7: error: options of a build system do not go with a script\n"
                          + "    the script itself says what configure and make are told");
            });
  }

  @Test
  void refusesSourcesThatYamlCannotSay() {
    Parts parts = new Parts();
    parts.sources.add(source("empty"));
    parts.sources.add(
        source("bare", new Archive(text("https://h/bare.tar"), text(""), null, HERE)));
    parts.sources.add(source("blank", new Archive(text(""), text(DIGEST), null, HERE)));
    parts.sources.add(source("dots", archive("https://h/..")));
    parts.sources.add(
        new Source(
            "blanks",
            text(" "),
            text(""),
            List.of(archive("file:///srv/x.tar")),
            List.of(new Patch(text("../x"), "")),
            null,
            HERE));

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: source 'empty' has no archive",
            "Recipe.java:7: error: the sha256 is empty\n"
                + "    every archive has one; 'sha256sum FILE' prints it",
            "Recipe.java:7: error: the URL is empty",
            "Recipe.java:7: error: the URL names no file\n"
                + "    it must end in the archive's file name, which is the name that the archive"
                + " is kept by",
            "Recipe.java:7: error: the version is empty",
            "Recipe.java:7: error: the license is empty",
            "Recipe.java:7: error: '../x' is not the name of a patch\n"
                + "    patches stand directly in the directory 'patches' beside the recipes");
  }

  @Test
  void refusesARecipeWithoutPhasesTargetsTitleAndName() {
    Recipe nothing =
        new Recipe(
            "",
            text(""),
            List.of(),
            List.of(),
            new Output(List.of(), List.of(), List.of(), List.of(), HERE),
            List.of(),
            List.of(),
            List.of(),
            HERE);

    assertThat(RecipeValidator.validate(nothing))
        .extracting(Diagnostic::message)
        .containsExactly(
            "'' cannot be the name of a recipe",
            "the title is empty",
            "recipe '' has no phases",
            "recipe '' has no targets",
            "the output has no phases, so it would hold no files");
  }

  @Test
  void saysThatThereIsNothingToReferTo() {
    Parts parts = new Parts();
    parts.toolchains.clear();

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: unknown toolchain 'host'\n    there is none at all");
  }

  @Test
  void doesNotListAHundredNames() {
    Parts parts = new Parts();
    IntStream.range(0, 100).forEach(i -> parts.steps.add(step("step" + i, new Needs.Above())));
    parts.steps.add(step("last", only("completely-different")));

    assertThat(parts.findings())
        .containsExactly("Recipe.java:7: error: unknown step 'completely-different'");
  }

  @Test
  void findsTheShortestCycleThroughStepsWithoutNeeds() {
    Parts parts = new Parts();
    parts.steps.clear();
    parts.steps.add(step("a", only("d")));
    parts.steps.add(step("b", new Needs.Above()));
    parts.steps.add(step("c", only("b")));
    parts.steps.add(step("d", only("c")));

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: steps need each other: a -> d -> c -> b -> a\n"
                + "    a step without 'needs' needs every step above it, as 'b'");
  }

  @Test
  void letsAStepNeedOneFurtherDown() {
    Parts parts = new Parts();
    parts.steps.clear();
    parts.steps.add(step("a", only("c")));
    parts.steps.add(step("b", only("a", "c")));
    parts.steps.add(step("c", only()));

    assertThat(parts.findings()).isEmpty();
  }

  @Test
  void placesAReferenceInAScriptByLineAndColumnWhereBothAreKnown() {
    Parts parts = new Parts();
    parts.steps.add(script(new Text("a\n  b $FFS_NO\n", new Origin("x.yaml", 10, 9))));
    parts.steps.add(
        step(
            "t",
            new Needs.Above(),
            BuildSystem.SCRIPT,
            new Text("a\n  b $FFS_NO\n", new Origin("X.java", 10, 0)),
            null));
    parts.steps.add(
        step(
            "u",
            new Needs.Above(),
            BuildSystem.SCRIPT,
            new Text("a\n  b $FFS_NO\n", Origin.ofFile("Y.java")),
            null));

    assertThat(parts.findings())
        .extracting(finding -> finding.substring(0, finding.indexOf(": ")))
        .containsExactly("X.java:10", "Y.java", "x.yaml:11:13");
  }

  @Test
  void countsCharactersNotCharsInAColumn() {
    Parts parts = new Parts();
    parts.steps.add(script(new Text("echo '\ud83d\ude00' $FFS_NO", new Origin("x.yaml", 1, 1))));

    assertThat(parts.findings().get(0)).startsWith("x.yaml:1:10: error: undefined variable FFS_NO");
  }

  @Test
  void letsAScriptUseWhatItAssigns() {
    Parts parts = new Parts();
    parts.steps.add(
        script(
            text(
                """
                FFS_A=1
                export FFS_B=2; FFS_C=3 command
                : "${FFS_D:=4}"
                if true; then (FFS_E=5); fi
                echo $FFS_A $FFS_B ${FFS_C} $FFS_D $FFS_E ${FFS_F:-none} \\$FFS_G
                """)));

    assertThat(parts.findings()).isEmpty();
  }

  @Test
  void doesNotTakeAnArgumentForAnAssignment() {
    Parts parts = new Parts();
    parts.steps.add(script(text("make -DFFS_A=1 \"$FFS_A\"")));

    assertThat(parts.findings()).hasSize(1);
    assertThat(parts.findings().get(0)).contains("undefined variable FFS_A");
  }

  @Test
  void reportsAMissingValueOnceForEachTarget() {
    Parts parts = new Parts();
    parts.targets.add(target("arm-64bit", variable("musl-arch", "aarch64")));
    parts.targets.add(target("riscv-64bit"));
    parts.steps.add(script(text("$FFS_MUSL_ARCH")));
    parts.steps.add(step("t", new Needs.Above(), BuildSystem.SCRIPT, text("$FFS_MUSL_ARCH"), null));

    assertThat(parts.findings())
        .containsExactly(
            "Recipe.java:7: error: FFS_MUSL_ARCH has no value for target 'x86-64bit'\n"
                + "    add 'musl-arch' to the variables of that target, at Recipe.java:7",
            "Recipe.java:7: error: FFS_MUSL_ARCH has no value for target 'riscv-64bit'\n"
                + "    add 'musl-arch' to the variables of that target, at Recipe.java:7");
  }

  @Test
  void acceptsTheRootAsAPathAndAVariableAsAPrefix() {
    Parts parts = new Parts();
    parts.output =
        new Output(
            List.of(text("tools")),
            List.of(),
            List.of(new Output.DirectoryEntry(text("/"), text("755"))),
            List.of(),
            HERE);
    parts.defaults.set(
        0,
        new BuildDefaults(
            BuildSystem.AUTOTOOLS,
            new BuildOptions(text("$FFS_SYSROOT/usr"), List.of(), List.of(), List.of(), null),
            HERE));

    assertThat(parts.findings()).isEmpty();
  }

  /** Three places have to know an architecture: the rules, the enclosure and the schema. */
  @Test
  void knowsTheArchitecturesThatTheEnclosureHasEmulated() throws IOException {
    List<String> enclosure =
        Pattern.compile("^ +(\\w+)\\) class=\\d data=\\d machine=", Pattern.MULTILINE)
            .matcher(ScriptGenerator.enclosure())
            .results()
            .map(match -> match.group(1))
            .toList();
    String schema = Files.readString(Path.of("../docs/recipe.schema.json")).replaceAll("\\s+", " ");

    assertThat(RecipeValidator.ARCHITECTURES).isEqualTo(enclosure);
    assertThat(schema)
        .contains("\"enum\": [ \"" + String.join("\", \"", RecipeValidator.ARCHITECTURES) + "\" ]");
  }
}
