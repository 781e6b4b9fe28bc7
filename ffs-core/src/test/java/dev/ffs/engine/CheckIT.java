package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.chroot;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.withJobs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.engine.CheckResult.FileDifference;
import dev.ffs.engine.CheckResult.StepDifference;
import dev.ffs.event.BuildEvent;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that depend on what they should not depend on are found. */
@Timeout(120)
class CheckIT {

  @TempDir Path directory;
  private Builds builds;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
  }

  private CheckResult check(Recipe recipe) {
    return FFS.check(builds.request(recipe), Set.of());
  }

  private static String into(String command) {
    return "(" + command + ") >\"$FFS_SYSROOT/file\"";
  }

  @Test
  void whatDependsOnNothingElseIsEqual() throws Exception {
    CheckResult result =
        check(
            chroot(
                script("a", "echo text >/a; ln -s a /b; umask >/umask; date -d @0 >/date || :"),
                script("b", "id >/id; env | sort | grep -v JOBS | grep -v MAKEFLAGS >/env", "a")));

    assertThat(result.different()).isEmpty();
    assertThat(result.failures()).isEmpty();
    assertThat(result.succeeded()).isTrue();
    assertThat(result.equal())
        .containsExactly(StepId.parse("base/root"), StepId.parse("main/a"), StepId.parse("main/b"));
    assertThat(result.varied()).contains("umask", "time zone", "user", "job count (1)");
    assertThat(builds.store.resolve("failed/small-x86-64bit+check/main-a")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo $FFS_JOBS",
        "echo $RANDOM$RANDOM$RANDOM",
        "date +%s%N",
        "cat /proc/sys/kernel/random/uuid",
        "for i in e g a c f b h d 1 7 3; do : >$i; done; ls -U"
      })
  void whatDependsOnItsCircumstancesIsFound(String command) throws Exception {
    CheckResult result = check(host(script("odd", into(command)), script("even", "echo", "odd")));

    assertThat(result.succeeded()).isFalse();
    assertThat(result.different()).hasSize(1);
    StepDifference difference = result.different().get(0);
    assertThat(difference.step()).isEqualTo(StepId.parse("base/odd"));
    assertThat(difference.files()).extracting(FileDifference::path).containsExactly("/file");
    FileDifference file = difference.files().get(0);
    assertThat(Files.readString(file.first())).isNotEqualTo(Files.readString(file.again()));
    assertThat(file.again()).startsWith(difference.kept());
    // The first difference ends it, and what was built is as it was.
    assertThat(result.equal()).isEmpty();
    assertThat(FFS.forecast(builds.request(host(script("odd", into(command))))).get(0).verdict())
        .isEqualTo(Forecast.Verdict.REUSED);
  }

  @Test
  void theJobCountIsAnotherOneThanThatWithWhichTheStepWasBuilt() {
    Recipe recipe = host(script("odd", into("echo $FFS_JOBS")));
    FFS.build(builds.request(recipe, b -> b.jobs(1)));

    CheckResult result = FFS.check(builds.request(recipe, b -> b.jobs(4)), Set.of());

    assertThat(result.different()).hasSize(1);
    assertThat(result.varied()).contains("job count (2)");
  }

  @Test
  void aStepNeverHasMoreJobsThanItsRecipeAllowsAndThatIsSaid() {
    Recipe recipe = host(withJobs(script("alone", "[ $FFS_JOBS = 1 ]"), 1), script("b", "true"));

    CheckResult result = FFS.check(builds.request(recipe, b -> b.jobs(1)), Set.of());

    assertThat(result.failures()).isEmpty();
    assertThat(result.succeeded()).isTrue();
    assertThat(result.varied()).contains("job count (2)");
    assertThat(result.notVaried())
        .contains("job count of base/alone: 1 is all that the recipe allows");
  }

  @Test
  void whereItIsNotKnownHowManyJobsThereWereNothingIsClaimed() throws Exception {
    Recipe recipe = host(script("a", "true"));
    builds.build(recipe);
    try (var keys = Files.list(builds.store.resolve("keys"))) {
      for (Path key : keys.toList()) {
        // As an earlier version wrote it.
        Files.writeString(key, Files.readString(key).replaceFirst("\t2\n", "\n"));
      }
    }

    CheckResult result = check(recipe);

    assertThat(result.succeeded()).isTrue();
    assertThat(result.varied()).noneMatch(what -> what.startsWith("job count"));
    assertThat(result.notVaried())
        .contains("job count of base/a: it is not known how many there were at first");
  }

  @Test
  void aDamagedLayerIsMadeAgainBeforeAStepIsJudgedByWhatItSees() throws Exception {
    Recipe recipe =
        host(
            script("a", into("echo text")),
            script("b", "cat $FFS_SYSROOT/file >$FFS_SYSROOT/copy", "a"));
    builds.build(recipe);
    try (var files = Files.walk(builds.store.resolve("layers"))) {
      Path file = files.filter(path -> path.endsWith("tree/file")).findFirst().orElseThrow();
      Files.writeString(file, "TEXT\n");
    }
    builds.events.clear();

    CheckResult result = FFS.check(builds.request(recipe), Set.of(StepId.parse("base/b")));

    assertThat(result.different()).isEmpty();
    assertThat(result.equal()).containsExactly(StepId.parse("base/b"));
    assertThat(builds.events).filteredOn(BuildEvent.StoreDamaged.class::isInstance).hasSize(1);
    assertThat(builds.events).filteredOn(BuildEvent.CheckStarted.class::isInstance).hasSize(1);
  }

  @Test
  void theClockIsAnotherDayForTheHostsPrograms() throws Exception {
    Tools.require("faketime");
    CheckResult result = check(host(script("dated", into("date +%Y-%m-%d"))));

    assertThat(result.different()).hasSize(1);
    assertThat(result.varied()).anyMatch(what -> what.startsWith("clock (+400d"));
  }

  @Test
  void everyKindOfDifferenceIsNamed() throws Exception {
    String random =
        """
        cd "$FFS_SYSROOT"
        [ $FFS_JOBS = 1 ] || touch first
        [ $FFS_JOBS != 1 ] || touch second
        ln -s $FFS_JOBS link
        install -m 60$FFS_JOBS /dev/null mode
        if [ $FFS_JOBS = 1 ]; then mkdir kind; else touch kind; fi
        head -c $FFS_JOBS /dev/zero >size
        echo $FFS_JOBS >content
        """;
    CheckResult result = check(host(script("odd", random)));

    assertThat(result.different().get(0).files())
        .extracting(file -> file.path() + " " + file.what())
        .containsExactly(
            "/content has another content",
            "/first is only made the first time",
            "/kind is of another kind: file, then directory",
            "/link leads elsewhere: to 2, then to 1",
            "/mode has another mode: 0602, then 0601",
            "/second is only made the second time",
            "/size has another size: 2, then 1 bytes");
  }

  @Test
  void onlyTheStepsThatWereNamedAreCheckedAndAllOfThemOnRequest() {
    Recipe recipe =
        host(
            script("a", "echo $RANDOM$RANDOM >\"$FFS_SYSROOT/a\""),
            script("b", "echo b >\"$FFS_SYSROOT/b\""),
            script("c", "echo $RANDOM$RANDOM >\"$FFS_SYSROOT/c\""));
    CheckResult named = FFS.check(builds.request(recipe), Set.of(StepId.parse("base/b")));
    assertThat(named.succeeded()).isTrue();
    assertThat(named.equal()).containsExactly(StepId.parse("base/b"));
    assertThat(builds.events)
        .filteredOn(BuildEvent.StepStarted.class::isInstance)
        .as("c, which b does not see, is not built for that")
        .noneMatch(event -> ((BuildEvent.StepStarted) event).step().equals("base/c"));

    CheckResult all = FFS.check(builds.request(recipe, b -> b.keepGoing(true)), Set.of());
    assertThat(all.different())
        .extracting(StepDifference::step)
        .containsExactly(StepId.parse("base/a"), StepId.parse("base/c"));
    assertThat(all.equal()).containsExactly(StepId.parse("base/b"));

    assertThatThrownBy(() -> FFS.check(builds.request(recipe), Set.of(StepId.parse("base/d"))))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("recipe 'small' has no step 'base/d'");
  }

  @Test
  void aStepThatHasNoRoomTheSecondTimeIsToldWhy() {
    CheckResult result =
        check(
            host(
                script(
                    "a", "[ $FFS_JOBS = 2 ] || { echo 'x: No space left on device'; exit 1; }")));

    assertThat(result.failures().get(0).lastLines())
        .contains(
            "The second time its build directory is in memory, of which it may take half; a step"
                + " that needs more cannot be checked here.");
  }

  @Test
  void aStepThatFailsTheSecondTimeIsAFailure() {
    CheckResult result = check(host(script("a", "[ $FFS_JOBS = 2 ]")));

    assertThat(result.succeeded()).isFalse();
    assertThat(result.failures()).hasSize(1);
    assertThat(result.failures().get(0).log()).exists();
    assertThat(result.different()).isEmpty();
    // It has not failed as a step of the build, and does not look as if it had.
    assertThat(builds.store.resolve("failed/small-x86-64bit")).doesNotExist();
    Path kept = builds.store.resolve("failed/small-x86-64bit+check/base-a");
    assertThat(kept).isDirectory();
    assertThat(result.failures().get(0).lastLines()).contains("What it left is in " + kept + ".");
  }
}
