package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.chroot;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.engine.Builds.outcomes;
import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.withSources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.fixtures.Tarball;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Archive;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.plan.StepId;
import dev.ffs.script.ScriptGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds whose steps run in a place with files of its own. */
@Timeout(180)
class RemoteSiteIT {

  private static final Recipe TWO_PHASES =
      recipe(
          List.of(),
          "late",
          phase("early", Place.HOST, "cross", script("a", "echo a >\"$FFS_SYSROOT/a\"")),
          phase(
              "late",
              Place.HOST,
              "cross",
              script("b", "cat \"$FFS_SYSROOT/a\" >\"$FFS_SYSROOT/b\""),
              script("c", "ls \"$FFS_SYSROOT\" >\"$FFS_SYSROOT/c\"")));

  @TempDir Path directory;
  private Builds builds;
  private Path place;
  private Elsewhere there;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
    place = directory.toRealPath().resolve("there");
    there = new Elsewhere(place);
    builds.executor = there;
  }

  private List<Path> below(String name) throws IOException {
    try (var list = Files.list(place.resolve(name))) {
      return list.toList();
    }
  }

  @Test
  void theSameBitsComeFromHereAndFromThere() throws Exception {
    Recipe recipe = chroot(script("a", "echo 1 >/a; chmod 4111 /a; ln /a /b; rm /bin/touch"));
    BuildResult remote = builds.build(recipe);
    Builds here = new Builds(Files.createDirectory(directory.resolve("here")));
    BuildResult local = here.build(recipe);

    assertThat(remote.outcome()).isEqualTo(Outcome.DONE);
    assertThat(remote.outputs().get(0).sha256()).isEqualTo(local.outputs().get(0).sha256());
    assertThat(Tarball.read(remote.outputs().get(0).file()))
        .containsEntry("a", "file 4111 0:0 1\n [a, b]");
    assertThat(below("running")).isEmpty();
  }

  @Test
  void whatWasMadeThereIsReusedHereAndTheOtherWayRound() {
    builds.build(TWO_PHASES);
    builds.executor = new LocalExecutor();
    assertThat(outcomes(builds.build(TWO_PHASES)))
        .containsExactly("early/a REUSED", "late/b REUSED", "late/c REUSED");

    Recipe edited =
        recipe(
            List.of(),
            "late",
            TWO_PHASES.phases().get(0),
            phase("late", Place.HOST, "cross", script("d", "cat \"$FFS_SYSROOT/a\"; echo >&2 d")));
    there = new Elsewhere(directory.resolve("another place"));
    builds.executor = there;
    BuildResult result = builds.build(edited);

    assertThat(outcomes(result)).containsExactly("early/a REUSED", "late/d DONE");
    assertThat(builds.lines("late/d")).containsExactlyInAnyOrder("a", "d");
    assertThat(there.pushed).anyMatch(name -> name.endsWith(".tar"));
  }

  @Test
  void anArchiveHasTheNameThereByWhichBundlesKnowItWhicheverPlaceSentIt() throws Exception {
    Path tree = Files.createDirectory(directory.resolve("lib-1.0"));
    Files.writeString(tree.resolve("file"), "text");
    Path sent = directory.resolve("lib_1.0.orig.tar");
    String digest = Tarball.pack(sent, tree);
    Path gone = directory.resolve("lib-1.0.tar");
    Source source =
        new Source(
            "lib",
            text("1.0"),
            text("MIT"),
            List.of(
                new Archive(text(gone.toUri().toString()), text(digest), null, HERE),
                new Archive(text(sent.toUri().toString()), text(digest), null, HERE)),
            List.of(),
            null,
            HERE);

    BuildResult result =
        builds.build(
            Builds.with(
                host(withSources(script("a", "cp file \"$FFS_SYSROOT/file\""), "lib")), source));

    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
    List<String> known =
        Files.readAllLines(place.resolve("sources.tsv")).stream()
            .map(line -> line.split("\t")[1])
            .distinct()
            .toList();
    assertThat(known).containsExactly("lib-1.0.tar");
    assertThat(below("sources/lib")).containsExactly(place.resolve("sources/lib/lib-1.0.tar"));
  }

  @Test
  void aLayerThatWasMadeThereIsNotBroughtThere() {
    builds.build(TWO_PHASES);

    assertThat(there.pushed).noneMatch(name -> name.endsWith(".tar"));
    assertThat(there.pulled).containsOnly("layer.tar").hasSize(3);
  }

  @Test
  void anotherStoreTakesOverWhatIsThere() throws Exception {
    BuildResult first = builds.build(TWO_PHASES);
    Builds other = new Builds(Files.createDirectory(directory.resolve("other")));
    other.executor = there;
    BuildResult second = other.build(TWO_PHASES);

    assertThat(outcomes(second))
        .containsExactly("early/a REUSED", "late/b REUSED", "late/c REUSED");
    assertThat(second.outputs().get(0).sha256()).isEqualTo(first.outputs().get(0).sha256());
  }

  @Test
  void whatWasChangedThereIsNotTakenOver() throws Exception {
    BuildResult first = builds.build(TWO_PHASES);
    for (Path layer : below("layers")) {
      Files.writeString(layer.resolve("a"), "changed");
    }
    Builds other = new Builds(Files.createDirectory(directory.resolve("other")));
    other.executor = there;
    BuildResult second = other.build(TWO_PHASES);

    assertThat(outcomes(second)).containsExactly("early/a DONE", "late/b DONE", "late/c DONE");
    assertThat(other.events)
        .anyMatch(
            event ->
                event instanceof BuildEvent.StoreDamaged damaged
                    && damaged.damage().endsWith("is not what it was when it was made"));
    assertThat(second.outputs().get(0).sha256()).isEqualTo(first.outputs().get(0).sha256());
  }

  @Test
  void theBundleIsThereToBuildByHand() {
    builds.build(TWO_PHASES);

    assertThat(place.resolve("build.sh")).isExecutable();
    assertThat(place.resolve("steps/late/b/build.sh")).isExecutable();
  }

  @Test
  void theBundleIsWholeThoughOnlySomeStepsAreBuilt() throws Exception {
    BuildResult result = FFS.build(builds.request(TWO_PHASES), Set.of(StepId.parse("late/b")));

    assertThat(outcomes(result)).containsExactly("early/a DONE", "late/b DONE");
    assertThat(place.resolve("steps.tsv")).content().contains("early/a", "late/b", "late/c");
    assertThat(builds.events)
        .filteredOn(BuildEvent.SnapshotTaken.class::isInstance)
        .as("of the phase that is whole")
        .containsExactly(new BuildEvent.SnapshotTaken("early", "snapshot-early"));
  }

  @Test
  void aStepThatFailsLeavesItsDirectoryThereForAShell() throws Exception {
    Recipe recipe = host(script("a", "echo left over >made; exit 3"));
    BuildResult result = builds.build(recipe);

    assertThat(result.failure().orElseThrow().reason()).isEqualTo("exit code 3");
    assertThat(place.resolve("failed/base-a/build/made")).hasContent("left over");
    assertThat(below("running")).isEmpty();

    try (StepShell opened = FFS.shell(builds.request(recipe), new StepId("base", "a"))) {
      List<String> command = opened.command();
      assertThat(command)
          .startsWith("env", "PLACE=" + place, "/bin/bash")
          .endsWith("--interactive");
      List<String> words = new ArrayList<>(command);
      Process shell =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectInput(
                  Files.writeString(directory.resolve("in"), "cat made\n" + EngineIT.TELL_EPOCH)
                      .toFile())
              .start();
      assertThat(new String(shell.getInputStream().readAllBytes()).lines())
          .contains("left over", "epoch " + ScriptGenerator.EPOCH);
    }
  }

  @Test
  void aShellOfAStepThatDidNotFailLeavesNothingThere() throws Exception {
    Recipe recipe = host(script("a", "touch $FFS_SYSROOT/a"));

    try (StepShell shell = FFS.shell(builds.request(recipe), new StepId("base", "a"))) {
      assertThat(shell.command()).endsWith("--interactive");
      assertThat(below("running")).hasSize(1);
    }
    assertThat(below("running")).isEmpty();
    assertThat(below("failed")).isEmpty();
  }

  @Test
  void aShellDoesNotShowWhatIsInAnotherPlaceForWhatAStepLeft() throws Exception {
    Recipe recipe = host(script("a", "echo made >made; exit 3"));
    StepId step = new StepId("base", "a");
    builds.build(recipe);
    builds.executor = new LocalExecutor();
    builds.events.clear();
    try (StepShell shell = FFS.shell(builds.request(recipe), step)) {
      assertThat(String.join(" ", shell.command())).doesNotContain("/failed/");
    }
    assertThat(builds.events).contains(new BuildEvent.FailedTreeElsewhere("base/a"));

    builds.executor = new Elsewhere(directory.resolve("a new place"));
    builds.events.clear();
    try (StepShell shell = FFS.shell(builds.request(recipe), step)) {
      assertThat(String.join(" ", shell.command())).doesNotContain("/failed/");
    }
    assertThat(builds.events).contains(new BuildEvent.FailedTreeElsewhere("base/a"));
  }

  @Test
  void aDirectoryThatGrewAndWasEmptiedAgainIsNoDamage() throws Exception {
    Recipe recipe =
        host(
            script(
                "a",
                "mkdir \"$FFS_SYSROOT/d\"; cd \"$FFS_SYSROOT/d\"; touch {1..3000}; rm *; touch x"));
    builds.build(recipe);
    // As a copy of the container has it.
    Path layer = below("layers").get(0);
    assertThat(
            Tools.run(
                    place.resolve("layers"),
                    "sh",
                    "-c",
                    "cp -a \"$1\" copy && rm -r \"$1\" && mv copy \"$1\"",
                    "sh",
                    layer.toString())
                .code())
        .isZero();
    builds.build(recipe);

    assertThat(builds.events).noneMatch(BuildEvent.StoreDamaged.class::isInstance);
  }

  @Test
  void cancellationLeavesNothingThere() throws Exception {
    Cancellation cancellation = new Cancellation();
    String mark = "sleep 987.65";
    Recipe recipe = host(script("a", "echo begun; " + mark));
    CompletableFuture<BuildResult> build =
        CompletableFuture.supplyAsync(
            () ->
                Builds.FFS.build(
                    builds.request(
                        recipe,
                        builder ->
                            builder
                                .cancellation(cancellation)
                                .listener(
                                    event -> {
                                      if (event instanceof BuildEvent.StepOutput) {
                                        cancellation.cancel();
                                      }
                                    }))));

    assertThat(build.get().outcome()).isEqualTo(Outcome.CANCELLED);
    Builds.awaitNoProcess(mark);
    assertThat(below("running")).isEmpty();
  }

  @Test
  void aLostWayIsToldAndTheNextBuildGoesOn() throws Exception {
    there.lost = command -> command.argv().stream().anyMatch(w -> w.contains("enclosure.sh"));
    assertThatThrownBy(() -> builds.build(TWO_PHASES))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("the way there is lost");

    there.lost = command -> false;
    assertThat(builds.build(TWO_PHASES).outcome()).isEqualTo(Outcome.DONE);
    assertThat(below("running")).isEmpty();
  }

  @Test
  void whatAKilledBuildLeftRunningThereEndsWithTheNextOne() throws Exception {
    builds.build(TWO_PHASES);
    Path left = Files.createDirectories(place.resolve("running/step-of-a-dead-build"));
    Files.writeString(left.resolve("enclosure.sh"), "sleep 876.54 & wait");
    Process process = new ProcessBuilder("/bin/bash", left + "/enclosure.sh").start();

    builds.build(TWO_PHASES);

    assertThat(process.waitFor()).isEqualTo(128 + 9);
    assertThat(left).doesNotExist();
    Tools.run(directory, "pkill", "-f", "sleep 876.54");
  }

  @Test
  void eachPhaseIsKeptWhenItIsFinished() {
    Map<String, String> keys = Builds.FFS.phaseKeys(Builds.FFS.plan(TWO_PHASES, Builds.TARGET));
    builds.build(TWO_PHASES);
    assertThat(there.snapshots)
        .containsExactly("early " + keys.get("early"), "late " + keys.get("late"));
    assertThat(builds.events).contains(new BuildEvent.SnapshotTaken("early", "snapshot-early"));

    // Whether it has been kept already only the executor knows.
    builds.build(TWO_PHASES);
    assertThat(there.snapshots).hasSize(4);
  }

  @Test
  void theKeyOfAPhaseCountsItsStepsAndThoseOfThePhasesBefore() {
    Map<String, String> keys = Builds.FFS.phaseKeys(Builds.FFS.plan(TWO_PHASES, Builds.TARGET));
    Recipe lateChanged =
        recipe(
            List.of(),
            "late",
            TWO_PHASES.phases().get(0),
            phase("late", Place.HOST, "cross", script("b", "echo other")));
    Recipe earlyChanged =
        recipe(
            List.of(),
            "late",
            phase("early", Place.HOST, "cross", script("a", "echo other")),
            TWO_PHASES.phases().get(1));

    assertThat(keys).containsOnlyKeys("early", "late");
    Map<String, String> late = Builds.FFS.phaseKeys(Builds.FFS.plan(lateChanged, Builds.TARGET));
    assertThat(late.get("early")).isEqualTo(keys.get("early"));
    assertThat(late.get("late")).isNotEqualTo(keys.get("late"));
    Map<String, String> early = Builds.FFS.phaseKeys(Builds.FFS.plan(earlyChanged, Builds.TARGET));
    assertThat(early.get("early")).isNotEqualTo(keys.get("early"));
    assertThat(early.get("late")).isNotEqualTo(keys.get("late"));
  }

  @Test
  void aBuildGoesOnWhereNoSnapshotCanBeTaken() {
    there.snapshotsFail = true;

    assertThat(builds.build(TWO_PHASES).outcome()).isEqualTo(Outcome.DONE);
    assertThat(builds.events).contains(new BuildEvent.SnapshotFailed("early", "no room for it"));
  }
}
