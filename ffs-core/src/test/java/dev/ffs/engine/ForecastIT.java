package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.engine.Builds.outcomes;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.engine.Forecast.Change;
import dev.ffs.engine.Forecast.Verdict;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import dev.ffs.store.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a build would do is what it does; and builds that share a store. */
@Timeout(120)
class ForecastIT {

  @TempDir Path directory;
  private Builds builds;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
  }

  /** {@code b} and {@code c} see {@code a}; {@code d} sees nothing. */
  private static Recipe four(String a, String d) {
    return host(
        script("a", a),
        script("b", "cat \"$FFS_SYSROOT/a\" >\"$FFS_SYSROOT/b\"", "a"),
        script("c", "cat \"$FFS_SYSROOT/b\" >\"$FFS_SYSROOT/c\"", "b"),
        script("d", d, new String[0]));
  }

  private static String write(String file, String text) {
    return "echo " + text + " >\"$FFS_SYSROOT/" + file + "\"";
  }

  private List<Forecast> forecast(Recipe recipe) {
    return FFS.forecast(builds.request(recipe));
  }

  private static List<String> verdicts(List<Forecast> forecasts) {
    return forecasts.stream().map(f -> f.step().step() + " " + f.verdict()).toList();
  }

  @Test
  void beforeTheFirstBuildEverythingRunsAndNoStoreIsMade() {
    List<Forecast> forecasts = forecast(four(write("a", "1"), write("d", "1")));

    assertThat(verdicts(forecasts)).containsExactly("a RUNS", "b RUNS", "c RUNS", "d RUNS");
    assertThat(forecasts).noneMatch(Forecast::builtBefore);
    assertThat(builds.store).doesNotExist();
  }

  @Test
  void afterABuildEverythingIsReused() {
    Recipe recipe = four(write("a", "1"), write("d", "1"));
    builds.tarball(recipe);

    assertThat(forecast(recipe)).allMatch(f -> f.verdict() == Verdict.REUSED);
    assertThat(forecast(recipe)).allMatch(f -> f.layer() != null && f.changes().isEmpty());
  }

  @Test
  void aChangeIsShownAndWhatDependsOnItMayRun() {
    builds.tarball(four(write("a", "1"), write("d", "1")));
    Recipe changed = four(write("a", "2"), write("d", "1"));

    List<Forecast> forecasts = forecast(changed);

    assertThat(verdicts(forecasts)).containsExactly("a RUNS", "b MAY_RUN", "c MAY_RUN", "d REUSED");
    assertThat(forecasts.get(0).changes()).hasSize(1);
    Change change = forecasts.get(0).changes().get(0);
    assertThat(change.input()).isEqualTo("script");
    assertThat(change.textBefore()).contains(write("a", "1"));
    assertThat(change.textAfter()).contains(write("a", "2"));
    assertThat(forecasts.get(1).awaits()).containsExactly("layer base/a");
    assertThat(outcomes(builds.build(changed)))
        .containsExactly("base/a DONE", "base/b DONE", "base/c DONE", "base/d REUSED");
  }

  @Test
  void aChangeThatMakesNoDifferenceRunsOneStepOnly() {
    builds.tarball(four(write("a", "1"), write("d", "1")));
    Recipe changed = four("# a comment\n" + write("a", "1"), write("d", "1"));

    assertThat(verdicts(forecast(changed)))
        .containsExactly("a RUNS", "b MAY_RUN", "c MAY_RUN", "d REUSED");
    assertThat(outcomes(builds.build(changed)))
        .containsExactly("base/a DONE", "base/b REUSED", "base/c REUSED", "base/d REUSED");
  }

  @Test
  void aChangeOfOneLeafRunsThatLeafOnly() {
    builds.tarball(four(write("a", "1"), write("d", "1")));
    Recipe changed = four(write("a", "1"), write("d", "2"));

    assertThat(verdicts(forecast(changed)))
        .containsExactly("a REUSED", "b REUSED", "c REUSED", "d RUNS");
    assertThat(outcomes(builds.build(changed)))
        .containsExactly("base/a REUSED", "base/b REUSED", "base/c REUSED", "base/d DONE");
  }

  @Test
  void aStepThatNeedsOneMoreSaysSo() {
    builds.tarball(host(script("a", write("a", "1")), script("b", write("b", "1"), new String[0])));

    List<Forecast> forecasts =
        forecast(host(script("a", write("a", "1")), script("b", write("b", "1"), "a")));

    assertThat(forecasts.get(1).verdict()).isEqualTo(Verdict.RUNS);
    assertThat(forecasts.get(1).changes())
        .extracting(Change::input)
        .containsExactly("layer base/a", "layers");
    assertThat(forecasts.get(1).changes().get(0).before()).isNull();
    assertThat(forecasts.get(1).changes().get(0).after()).isEqualTo(forecasts.get(0).layer());
  }

  @Test
  void aStepThatFailedRunsAgainAndItsLogIsNamed() {
    builds.tarball(four(write("a", "1"), write("d", "1")));
    Recipe broken = four(write("a", "1"), "exit 3");
    assertThat(builds.build(broken).succeeded()).isFalse();

    Forecast forecast = forecast(broken).get(3);

    assertThat(forecast.verdict()).isEqualTo(Verdict.RUNS);
    assertThat(forecast.failedLog()).exists();
    assertThat(forecast.changes()).extracting(Change::input).containsExactly("script");
  }

  // Damage

  private Layer layerOf(BuildResult result, Recipe recipe, String step) {
    assertThat(result.succeeded()).isTrue();
    Forecast forecast =
        forecast(recipe).stream()
            .filter(f -> f.step().equals(new StepId("base", step)))
            .findFirst()
            .orElseThrow();
    String digest = String.valueOf(forecast.layer());
    return new Layer(digest, builds.store.resolve("layers").resolve(digest).resolve("tree"));
  }

  private List<String> damages() {
    return builds.events.stream()
        .filter(BuildEvent.StoreDamaged.class::isInstance)
        .map(e -> ((BuildEvent.StoreDamaged) e).damage())
        .toList();
  }

  @Test
  void aDamagedLayerIsMadeAgainBeforeAStepSeesIt() throws IOException {
    Recipe recipe = four(write("a", "1"), write("d", "1"));
    Layer layer = layerOf(builds.build(recipe), recipe, "a");
    Files.writeString(layer.tree().resolve("a"), "damaged\n");

    // What b makes is to be made anew, and it sees a.
    Recipe changed =
        host(
            script("a", write("a", "1")),
            script("b", "cat \"$FFS_SYSROOT/a\" >\"$FFS_SYSROOT/b\"\n# changed", "a"));
    BuildResult result = builds.build(changed);

    assertThat(outcomes(result)).containsExactly("base/a DONE", "base/b DONE");
    assertThat(damages())
        .containsExactly("layer " + layer.digest() + " is damaged: /a has 8 bytes instead of 2");
    assertThat(layer.tree().resolve("a")).hasContent("1");
    Layer made = layerOf(result, changed, "b");
    assertThat(made.tree().resolve("b")).hasContent("1");
  }

  @Test
  void aFlippedBitIsNoticedWhenTheLayerIsPacked() throws IOException {
    Recipe recipe = four(write("a", "1"), write("d", "1"));
    BuildResult first = builds.build(recipe);
    Layer layer = layerOf(first, recipe, "d");
    Path file = layer.tree().resolve("d");
    var time = Files.getLastModifiedTime(file);
    Files.writeString(file, "3\n");
    Files.setLastModifiedTime(file, time);
    Files.delete(first.outputs().get(0).file());

    BuildResult second = builds.build(recipe);

    assertThat(outcomes(second))
        .containsExactly("base/a REUSED", "base/b REUSED", "base/c REUSED", "base/d DONE");
    assertThat(damages())
        .containsExactly(
            "layer " + layer.digest() + " is damaged: " + file + " has another content");
    assertThat(second.outputs().get(0).sha256()).isEqualTo(first.outputs().get(0).sha256());
  }

  // Several builds

  @Test
  void whoeverComesSecondWaitsAndTakesWhatTheFirstOneMade() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    CountDownLatch waits = new CountDownLatch(1);
    Recipe recipe =
        host(
            script(
                "slow",
                "echo begun; while [ ! -e go ]; do read -t 0.1 <> <(:) || :; done; "
                    + write("slow", "1")),
            script("other", write("other", "1"), new String[0]));
    List<BuildEvent> second = new ArrayList<>();
    BuildListener first =
        event -> {
          if (event instanceof BuildEvent.StepOutput output && output.line().equals("begun")) {
            atWork.countDown();
          }
        };
    CompletableFuture<BuildResult> one =
        CompletableFuture.supplyAsync(
            () -> FFS.build(builds.request(recipe, b -> b.jobs(1).listener(first))));
    assertThat(atWork.await(60, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<BuildResult> two =
        CompletableFuture.supplyAsync(
            () ->
                FFS.build(
                    builds.request(
                        recipe,
                        b ->
                            b.jobs(1)
                                .output(directory.resolve("out2"))
                                .listener(
                                    event -> {
                                      synchronized (second) {
                                        second.add(event);
                                      }
                                      if (event instanceof BuildEvent.StepFinished finished
                                          && finished.step().equals("base/other")) {
                                        waits.countDown();
                                      }
                                    }))));
    // With one job only, it goes on with another step while it waits.
    assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(one).isNotDone();
    try (Stream<Path> running = Files.list(builds.store.resolve("running"))) {
      Path workspace = running.filter(Files::isDirectory).findFirst().orElseThrow();
      Files.createFile(workspace.resolve("build/go"));
    }

    assertThat(outcomes(one.get(60, TimeUnit.SECONDS))).contains("base/slow DONE");
    assertThat(outcomes(two.get(60, TimeUnit.SECONDS))).contains("base/slow REUSED");
    assertThat(second).contains(new BuildEvent.StepWaiting("base/slow"));
    assertThat(two.get().outputs().get(0).sha256()).isEqualTo(one.get().outputs().get(0).sha256());
    assertThat(
            one.get().steps().stream().filter(s -> s.outcome() == Outcome.DONE).count()
                + two.get().steps().stream().filter(s -> s.outcome() == Outcome.DONE).count())
        .isEqualTo(2);
  }
}
