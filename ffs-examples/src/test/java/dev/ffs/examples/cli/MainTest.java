package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.audit.Finding;
import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.BuildResult.OutputFile;
import dev.ffs.engine.BuildResult.StepFailure;
import dev.ffs.engine.BuildResult.StepResult;
import dev.ffs.engine.CheckResult;
import dev.ffs.engine.CheckResult.FileDifference;
import dev.ffs.engine.CheckResult.StepDifference;
import dev.ffs.engine.Enclosure;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.Forecast.Change;
import dev.ffs.engine.Forecast.Verdict;
import dev.ffs.engine.HostException;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  private static final StepId STEP = StepId.parse("greet/hello");

  private final Calls calls = new Calls();
  private final List<BuildRequest> requests = new ArrayList<>();

  @TempDir Path temp;

  private static BuildResult done() {
    return new BuildResult(
        Outcome.DONE,
        List.of(new StepResult(STEP, Outcome.DONE, Duration.ofMillis(1300))),
        List.of(new OutputFile(Path.of("out/hello-x86-64bit.tar.xz"), 512, "ab12")),
        List.of(),
        Duration.ofMillis(1500));
  }

  private void buildEnds(BuildResult result) {
    calls.build =
        request -> {
          requests.add(request);
          List.<BuildEvent>of(
                  new BuildEvent.BuildStarted("hello", "x86-64bit", List.of("greet/hello")),
                  new BuildEvent.StepStarted("greet/hello", Path.of("log")),
                  new BuildEvent.StepFinished(
                      "greet/hello", result.outcome(), Duration.ofMillis(1300)))
              .forEach(event -> request.listeners().forEach(l -> l.onEvent(event)));
          return result;
        };
  }

  private void buildThrows(RuntimeException e) {
    calls.build =
        request -> {
          throw e;
        };
  }

  @Test
  void listShowsTheRecipes() {
    assertThat(calls.call("list")).isZero();

    assertThat(calls.out())
        .isEqualTo(
            """
            RECIPE  TARGETS    TITLE
            hello   x86-64bit  The smallest thing that can be built
            """);
  }

  @Test
  void planShowsTheSteps() {
    assertThat(calls.call("plan", "hello", "x86-64bit")).isZero();

    assertThat(calls.out())
        .isEqualTo(
            """
            #  STEP         STATE  WHERE  TOOLCHAIN  SOURCES  NEEDS
            1  greet/hello  ?      host   host       -        -
            2  greet/world  ?      host   host       -        hello
            """);
    assertThat(calls.err())
        .isEqualTo("ffs: cannot say which steps would run: there is no C compiler\n");
  }

  private static Forecast forecast(
      String step, Verdict verdict, List<Change> changes, boolean built, String... awaits) {
    return new Forecast(
        StepId.parse(step),
        verdict,
        changes,
        built,
        List.of(awaits),
        verdict == Verdict.REUSED ? "1f".repeat(32) : null,
        null);
  }

  private static Change script(String before, String after) {
    return new Change("script", "ab".repeat(32), "cd".repeat(32), before, after);
  }

  @Test
  void planShowsWhatWouldRun() {
    calls.forecast =
        request ->
            List.of(
                forecast("greet/hello", Verdict.RUNS, List.of(script("a", "b")), true),
                forecast("greet/world", Verdict.MAY_RUN, List.of(), true, "layer greet/hello"));
    assertThat(calls.call("plan", "hello", "x86-64bit")).isZero();

    assertThat(calls.out())
        .isEqualTo(
            """
            #  STEP         STATE    WHERE  TOOLCHAIN  SOURCES  NEEDS
            1  greet/hello  runs     host   host       -        -
            2  greet/world  may run  host   host       -        hello

            Of 2 steps, 1 would run, 1 may run and 0 would be reused.
            """);
    assertThat(calls.err()).isEmpty();
  }

  @Test
  void numbersAreTheSameInEveryLanguage() {
    calls.forecast =
        request ->
            List.of(
                forecast("greet/hello", Verdict.RUNS, List.of(), false),
                forecast("greet/world", Verdict.RUNS, List.of(), false));
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    try {
      assertThat(calls.call("plan", "hello", "x86-64bit")).isZero();
    } finally {
      Locale.setDefault(before);
    }

    assertThat(calls.out()).contains("Of 2 steps, 2 would run, 0 may run and 0 would be reused.");
  }

  @Test
  void explainShowsWhatChangedInAScript() {
    calls.forecast =
        request ->
            List.of(
                forecast(
                    "greet/hello",
                    Verdict.RUNS,
                    List.of(
                        new Change("layer tools/gmp", null, "12".repeat(32), null, null),
                        script("one\ntwo\nthree\nfour\n", "one\ntwo\ntree\nfour\n")),
                    true));
    assertThat(calls.call("explain", "hello", "x86-64bit", "greet/hello")).isZero();

    assertThat(calls.out())
        .isEqualTo(
            """
            greet/hello runs: it was built before, but not as it is now.
              layer tools/gmp: none -> 121212121212
              script: abababababab -> cdcdcdcdcdcd
                @@ -2,3 +2,3 @@
                 two
                -three
                +tree
                 four
            """);
  }

  @Test
  void explainSaysWhyAStepIsReusedOrMayRunOrRunsForTheFirstTime() {
    calls.forecast =
        request ->
            List.of(
                forecast("greet/hello", Verdict.REUSED, List.of(), true),
                forecast("greet/world", Verdict.MAY_RUN, List.of(), true, "layer greet/hello"));
    assertThat(calls.call("explain", "hello", "x86-64bit", "greet/hello")).isZero();
    assertThat(calls.out())
        .isEqualTo(
            "greet/hello is reused: nothing that it depends on has changed since it was built.\n"
                + "  layer "
                + "1f".repeat(32)
                + "\n");

    assertThat(calls.call("explain", "hello", "x86-64bit", "greet/world")).isZero();
    assertThat(calls.out())
        .isEqualTo(
            """
            greet/world may run: only if one of these makes something else than it made before.
              layer greet/hello, which reused
            """
                .replace("which reused", "which is reused"));

    calls.forecast = request -> List.of(forecast("greet/hello", Verdict.RUNS, List.of(), false));
    assertThat(calls.call("explain", "hello", "x86-64bit", "greet/hello")).isZero();
    assertThat(calls.out()).isEqualTo("greet/hello runs: it has not been built in this store.\n");

    calls.forecast = request -> List.of(forecast("greet/hello", Verdict.RUNS, List.of(), true));
    assertThat(calls.call("explain", "hello", "x86-64bit", "greet/hello")).isZero();
    assertThat(calls.out())
        .isEqualTo("greet/hello runs: its result is not in the store any more, or is damaged.\n");
  }

  private static CheckResult checked(List<StepDifference> different) {
    return new CheckResult(
        different.isEmpty() ? List.of(STEP) : List.of(),
        different,
        List.of(),
        List.of("job count (1)", "umask"),
        List.of("clock: because"),
        false);
  }

  @Test
  void buildTakesStepsAndSaysWhichItBuilt() {
    buildEnds(done());

    assertThat(calls.call("build", "hello", "x86-64bit")).isZero();
    assertThat(calls.call("build", "hello", "x86-64bit", "greet/hello")).isZero();
    assertThat(calls.out()).contains("Built greet/hello of hello for x86-64bit in ");
    assertThat(calls.stepsToBuild).containsExactly(Set.of(), Set.of(STEP));
    assertThat(calls.call("build", "hello", "x86-64bit", "greet/hallo")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).contains("recipe 'hello' has no step 'greet/hallo'");
    assertThat(calls.call("build", "hello", "x86-64bit", "greet/hello", "--output", "o"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).contains("leaves no result, so it takes no --output");
  }

  @Test
  void checkSaysWhatWasVaried() {
    List<Set<StepId>> asked = new ArrayList<>();
    calls.check =
        steps -> {
          asked.add(steps);
          return checked(List.of());
        };
    assertThat(calls.call("check", "hello", "x86-64bit")).isZero();
    assertThat(calls.out())
        .isEqualTo(
            """
            1 step made the same again, 0 did not.
              varied:      job count (1), umask
              not varied:  clock: because
            """);
    assertThat(calls.call("check", "hello", "x86-64bit", "greet/hello", "greet/world")).isZero();
    assertThat(asked).containsExactly(Set.of(), Set.of(STEP, StepId.parse("greet/world")));
    assertThat(calls.call("check", "hello", "x86-64bit", "greet/hallo")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void checkNamesTheFilesThatDiffer() throws IOException {
    Path first = Files.writeString(temp.resolve("first"), "one and two");
    Path again = Files.writeString(temp.resolve("again"), "one or two!");
    List<FileDifference> files = new ArrayList<>();
    files.add(new FileDifference("/a", "is only made the second time", null, again));
    files.add(new FileDifference("/b", "has another content", first, again));
    for (int i = 0; i < 12; i++) {
      files.add(new FileDifference("/c" + i, "is only made the first time", first, null));
    }
    calls.check = steps -> checked(List.of(new StepDifference(STEP, files, temp)));

    assertThat(calls.call("check", "hello", "x86-64bit")).isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(calls.err())
        .startsWith(
            """
            greet/hello makes something else when it runs again:
              /a is only made the second time
              /b has another content
              /c0 is only made the first time
            """)
        .contains("\n  and 4 more\n")
        .contains("\n  first:       " + first + "\n  again:       " + again + "\n")
        .contains("\n  /b differs from byte 4 on\n")
        .contains("diffoscope")
        .contains("\n  made again:  " + temp + "\n0 steps made the same again, 1 did not.\n");
  }

  @Test
  void aStoreIsListedVerifiedAndPruned() throws IOException {
    String store = temp.resolve("store").toString();
    assertThat(calls.call("store", "list", "--store", store)).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).isEqualTo("ffs: there is no store at " + store + "\n");
    LayerStore layers = LayerStore.open(Path.of(store));
    try (Workspace workspace = layers.begin()) {
      Files.write(workspace.upper().resolve("file"), new byte[1500]);
      layers.commit(new StepKey(new TreeMap<>(Map.of("script", "a"))), workspace);
    }
    String archive = StepKey.sha256("archive");
    Path home = Files.createDirectories(Path.of(store, "sources", archive));
    Files.writeString(home.resolve("a.tar"), "archive");

    assertThat(calls.call("store", "list", "--store", store)).isZero();
    assertThat(calls.out())
        .isEqualTo(
            """
            layers              1, 1.5 kB
              used by no build  1, 1.5 kB
            archives            1, 7 B
            failed steps        0, 0 B
            """);
    assertThat(calls.call("store", "verify", "--store", store)).isZero();
    assertThat(calls.out()).isEqualTo("Everything is as it was written.\n");

    Files.writeString(home.resolve("a.tar"), "damaged");
    String damage = "archive a.tar has not the digest " + archive + "\n";
    assertThat(calls.call("store", "verify", "--store", store)).isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(calls.out())
        .isEqualTo(
            damage
                + "To remove what is damaged, so that the next build makes it again:\n"
                + "  ./ffs store verify --repair --store "
                + store
                + "\n");
    assertThat(calls.call("store", "verify", "--repair", "--store", store)).isZero();
    assertThat(calls.out())
        .isEqualTo(damage + "1 damage removed; the next build makes up for it.\n");
    assertThat(calls.call("store", "verify", "--store", store)).isZero();

    assertThat(calls.call("store", "prune", "--store", store)).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).isEqualTo("ffs: say what to keep: --keep-last N or --max-size SIZE\n");
    assertThat(calls.call("store", "prune", "--keep-last", "-1", "--store", store))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.call("store", "prune", "--max-size", "much", "--store", store))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: a size is a number with B, kB, MB, GB or TB, not 'much'\n");
    String sizes = "1.5 kB: 1 layer, 0 archives, 0 failed steps\n0 B ";
    assertThat(calls.call("store", "prune", "--max-size=20GB", "--dry-run", "--store", store))
        .isZero();
    assertThat(calls.out()).isEqualTo("Would remove " + sizes + "would be left\n");
    assertThat(calls.call("store", "prune", "--keep-last", "2", "--store", store)).isZero();
    assertThat(calls.out()).isEqualTo("Removed " + sizes + "are left\n");
  }

  @Test
  void aMistakeInAStoreCommandPointsToItsHelp() {
    assertThat(calls.call("store", "prune", "--keep")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).endsWith("Try: ./ffs store prune --help\n");

    assertThat(calls.call("store")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).contains("Missing required subcommand").endsWith("ffs store --help\n");
  }

  @Test
  void planAsJsonHasTheFieldsThatTheManualNames() {
    assertThat(calls.call("plan", "hello", "x86-64bit", "--json")).isZero();

    assertThat(calls.out())
        .isEqualTo(
            """
            {
              "recipe": "hello",
              "target": {
                "name": "x86-64bit",
                "triple": "x86_64-linux-musl"
              },
              "steps": [
                {
                  "number": 1,
                  "step": "greet/hello",
                  "state": null,
                  "where": "host",
                  "toolchain": "host",
                  "build": "script",
                  "sources": [],
                  "needs": []
                },
                {
                  "number": 2,
                  "step": "greet/world",
                  "state": null,
                  "where": "host",
                  "toolchain": "host",
                  "build": "script",
                  "sources": [],
                  "needs": [
                    "greet/hello"
                  ]
                }
              ],
              "sources": []
            }
            """);
  }

  @Test
  void anAuditShowsEachFaultAndHowMuchWasJudged(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/x"), "/build/hello/x");
    Files.createSymbolicLink(root.resolve("etc/y"), Path.of("/gone\033[2J"));

    assertThat(calls.call("audit", "hello", "x86-64bit", root.toString()))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(calls.out()).isEmpty();
    assertThat(calls.err())
        .isEqualTo(
            """
            /etc/x: names /build/hello/x, of the build
            /etc/y: points to /gone, which does not exist
            ROOT: 2 files, 0 of them ELF. 2 findings.
            """
                .replace("ROOT", root.toString()));

    Files.delete(root.resolve("etc/x"));
    Files.delete(root.resolve("etc/y"));
    assertThat(calls.call("audit", "hello", "x86-64bit", root.toString())).isZero();
    assertThat(calls.out()).isEqualTo(root + ": 0 files, 0 of them ELF. Nothing found.\n");
  }

  @Test
  void anAuditOfWhatIsNotThereSaysHowToBuildIt(@TempDir Path empty) throws IOException {
    assertThat(calls.call("audit", "hello", "x86-64bit", "--output", empty.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo(
            "ffs: there is no "
                + empty.resolve("hello-x86-64bit.tar.xz")
                + "; build it: ./ffs build hello x86-64bit, or name a tarball or directory\n");

    Path file = Files.writeString(empty.resolve("x.zip"), "");
    assertThat(calls.call("audit", "hello", "x86-64bit", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).contains("x.zip: not called .tar, .tar.gz or .tar.xz");
  }

  @Test
  void aBuildThatTheAuditRefusesTellsEachFault() {
    buildEnds(
        new BuildResult(
            Outcome.FAILED,
            List.of(new StepResult(STEP, Outcome.DONE, Duration.ofMillis(1300))),
            List.of(),
            List.of(),
            List.of(new Finding("/bin/x", "RPATH '/tools/lib' leads out of /usr and /lib")),
            Duration.ofMillis(1500)));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.BUILD_FAILED);

    assertThat(calls.err())
        .isEqualTo(
            """
            The audit found 1 fault in hello for x86-64bit; nothing was written:
              /bin/x: RPATH '/tools/lib' leads out of /usr and /lib
              what is allowed:  'output: audit:' of the recipe
              go on:            ./ffs build hello x86-64bit
            """);
  }

  @Test
  void buildShowsStepsAndResult() {
    buildEnds(done());

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.OK);

    assertThat(calls.out())
        .isEqualTo(
            """
            hello for x86-64bit: 1 step
            [1/1] greet/hello  1.3 s
            Built hello for x86-64bit in 1.5 s: 1 step, 0 of them reused
              out/hello-x86-64bit.tar.xz  512 B
              sha256 ab12
            """);
    assertThat(calls.err()).isEmpty();
  }

  @Test
  void aQuietBuildShowsTheResultOnly() {
    buildEnds(done());

    assertThat(calls.call("build", "hello", "x86-64bit", "--quiet")).isEqualTo(ExitCode.OK);

    assertThat(calls.out()).startsWith("Built hello for x86-64bit in 1.5 s");
  }

  @Test
  void onATerminalTheBuildIsShownLive() {
    buildEnds(done());
    calls.terminal = true;
    calls.environment.put("TERM", "xterm");

    calls.call("build", "hello", "x86-64bit");

    assertThat(calls.out()).contains("\033[?7l[0/1] hello for x86-64bit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--plain", "TERM=dumb", "TERM="})
  void onATerminalThatCannotOrShouldNotItIsPlain(String how) {
    buildEnds(done());
    calls.terminal = true;
    calls.environment.put("TERM", how.startsWith("TERM=") ? how.substring(5) : "xterm");

    calls.call("build", "hello", "x86-64bit", how.startsWith("--") ? how : "--jobs=1");

    assertThat(calls.out()).doesNotContain("\033");
  }

  @Test
  void noColorIsRespected() {
    buildEnds(new BuildResult(Outcome.REUSED, List.of(), List.of(), List.of(), Duration.ZERO));
    calls.terminal = true;
    calls.environment.put("TERM", "xterm");

    calls.call("build", "hello", "x86-64bit");

    assertThat(calls.out()).contains("\033[2m");

    calls.environment.put("NO_COLOR", "1");
    calls.call("build", "hello", "x86-64bit");

    assertThat(calls.out()).doesNotContain("\033[2m").contains("\033[?7l");
  }

  @Test
  void optionsReachTheRequest() {
    buildEnds(done());

    calls.call(
        "build",
        "hello",
        "x86-64bit",
        "--store",
        temp + "/s",
        "--output",
        temp + "/o",
        "--jobs",
        "7",
        "--offline");

    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.recipe().id()).isEqualTo("hello");
              assertThat(request.target()).isEqualTo("x86-64bit");
              assertThat(request.store()).isEqualTo(temp.resolve("s"));
              assertThat(request.output()).isEqualTo(temp.resolve("o"));
              assertThat(request.jobs()).isEqualTo(7);
              assertThat(request.offline()).isTrue();
            });
  }

  @Test
  void withoutOptionsThereAreDefaults() {
    buildEnds(done());

    calls.call("build", "hello", "x86-64bit");

    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.store()).isEqualTo(BuildRequest.defaultStore());
              assertThat(request.output()).isEqualTo(Path.of("out"));
              assertThat(request.jobs()).isEqualTo(Runtime.getRuntime().availableProcessors());
              assertThat(request.offline()).isFalse();
            });
  }

  @Test
  void aFailedStepEndsWithOneAndTellsWhatToType() {
    StepFailure failure =
        new StepFailure(STEP, "exit code 2", List.of("no luck"), Path.of("/s/hello.log"));
    buildEnds(
        new BuildResult(
            Outcome.FAILED, List.of(), List.of(), List.of(failure), Duration.ofSeconds(1)));

    assertThat(calls.call("build", "hello", "x86-64bit", "--store", "/my store", "--jobs=2"))
        .isEqualTo(ExitCode.BUILD_FAILED);

    assertThat(calls.out()).endsWith("[1/1] greet/hello  FAILED after 1.3 s\n");
    assertThat(calls.err())
        .isEqualTo(
            """
            greet/hello failed: exit code 2
              | no luck
              whole log:    /s/hello.log
              look inside:  ./ffs shell hello x86-64bit greet/hello --store '/my store'
              go on:        ./ffs build hello x86-64bit --store '/my store' --jobs=2
            """);
  }

  @Test
  void aStoppedBuildEndsWithHundredAndThirtyAndTellsHowToGoOn() {
    buildEnds(new BuildResult(Outcome.CANCELLED, List.of(), List.of(), List.of(), Duration.ZERO));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.INTERRUPTED);

    assertThat(calls.err())
        .isEqualTo(
            """
            Stopped. What was finished is kept.
              go on:        ./ffs build hello x86-64bit
            """);
  }

  @Test
  void anExceptionThatFollowsFromTheInterruptionIsOne() {
    calls.build =
        request -> {
          request.cancellation().cancel();
          throw new IllegalStateException("the pipe is broken");
        };

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.INTERRUPTED);
  }

  @Test
  void aSourceThatCannotBeHadEndsWithFour() throws IOException {
    calls.home = temp;
    copy("hello");
    Files.writeString(
        temp.resolve("recipes/hello/sources.yaml"),
        """
        sources:
          gone:
            version: 1
            url: file:///nowhere/gone-1.tar.gz
            sha256: %s
            license: MIT
        """
            .formatted("0".repeat(64)));
    Path phase = temp.resolve("recipes/hello/phases/greet.yaml");
    Files.writeString(phase, Files.readString(phase).replaceFirst("none", "gone"));
    calls.build =
        request -> {
          new LocalEngine().fetch(request);
          return done();
        };

    assertThat(calls.call("fetch", "hello", "x86-64bit", "--store", temp + "/store"))
        .isEqualTo(ExitCode.SOURCE_UNAVAILABLE);

    assertThat(calls.err())
        .startsWith("ffs: 1 source is unavailable:\n\ngone 1 (")
        .contains("file:///nowhere/gone-1.tar.gz");
  }

  @Test
  void fetchSaysWhereTheSourcesAre() {
    buildEnds(done());

    assertThat(calls.call("fetch", "hello", "x86-64bit", "--store", "/s", "--quiet")).isZero();

    assertThat(calls.out()).isEqualTo("0 sources are in the store /s\n");
  }

  @Test
  void aFetchThatWasStoppedEndsWithHundredAndThirty() {
    buildEnds(new BuildResult(Outcome.CANCELLED, List.of(), List.of(), List.of(), Duration.ZERO));

    assertThat(calls.call("fetch", "hello", "x86-64bit")).isEqualTo(ExitCode.INTERRUPTED);

    assertThat(calls.err()).endsWith("  go on:        ./ffs fetch hello x86-64bit\n");
  }

  @Test
  void aMachineThatLacksSomethingEndsWithFive() {
    buildThrows(new HostException("there is no cc"));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.HOST_LACKS);

    assertThat(calls.err())
        .isEqualTo(
            """
            ffs: there is no cc
            To see what this machine lacks: ./ffs doctor
            """);
  }

  @Test
  void anExecutorThatIsNotThereIsNamedWithTheNearestOne() {
    for (String command : List.of("build", "check", "plan")) {
      assertThat(calls.call(command, "hello", "x86-64bit", "--executor", "fchrot"))
          .isEqualTo(ExitCode.USAGE);
      assertThat(calls.err())
          .isEqualTo("ffs: there is no executor 'fchrot'; did you mean 'fchroot'?\n");
    }
    assertThat(calls.call("build", "hello", "x86-64bit", "--executor", "kubernetes"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: there is no executor 'kubernetes'; known: local, fchroot, lxd\n");
  }

  @Test
  void aMachineWithoutFchrootIsToldBeforeAnythingIsBuilt() {
    calls.environment.put("PATH", "/nowhere:/no-such");

    assertThat(calls.call("build", "hello", "x86-64bit", "--executor", "fchroot"))
        .isEqualTo(ExitCode.HOST_LACKS);

    assertThat(calls.err())
        .isEqualTo(
            """
            ffs: there is no fchroot in /nowhere:/no-such; to get it: git clone \
            https://github.com/funtoo-src/fchroot, and as root: \
            ln -s "$PWD/fchroot/bin/fchroot" /usr/local/bin/
            To see what this machine lacks: ./ffs doctor
            """);
  }

  @Test
  void fchrootIsTriedBeforeAnythingIsBuiltAndIsPartOfWhatToTypeNext(@TempDir Path directory)
      throws IOException {
    Path program = Files.writeString(directory.resolve("fchroot"), "#!/bin/sh\necho no; exit 3\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    calls.environment.put("PATH", directory.toString());

    assertThat(calls.call("build", "hello", "x86-64bit", "--executor", "fchroot"))
        .isEqualTo(ExitCode.HOST_LACKS);
    assertThat(calls.err())
        .startsWith(
            "ffs: "
                + program
                + " does not start (exit code 3): no; it needs python3 in"
                + " /usr/bin:/usr/sbin:/bin:/sbin\n");

    Files.writeString(program, "#!/bin/sh\nexit 0\n");
    StepFailure failure =
        new StepFailure(StepId.parse("greet/hello"), "exit code 2", List.of(), Path.of("/log"));
    calls.build =
        request -> {
          assertThat(request.executor().chrootProgram()).containsExactly(program.toString());
          return new BuildResult(
              Outcome.FAILED, List.of(), List.of(), List.of(failure), Duration.ZERO);
        };
    assertThat(calls.call("build", "hello", "x86-64bit", "--executor", "fchroot"))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(calls.err())
        .contains("./ffs shell hello x86-64bit greet/hello --executor fchroot\n")
        .contains("./ffs build hello x86-64bit --executor fchroot\n");
  }

  @Test
  void aStoreThatCannotBeUsedEndsWithOne() {
    buildThrows(new StoreException("cannot write /s/x", new IOException("No space left")));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.BUILD_FAILED);

    assertThat(calls.err()).isEqualTo("ffs: cannot write /s/x: IOException: No space left\n");
  }

  @Test
  void anUnexpectedErrorIsOneLineAndLeavesItsStackTraceInAFile() throws IOException {
    buildThrows(new IllegalStateException("cannot be"));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.BUILD_FAILED);

    assertThat(calls.err())
        .startsWith(
            "ffs: unexpected error: java.lang.IllegalStateException: cannot be;"
                + " its stack trace: ")
        .hasLineCount(1);
    String file = calls.err().strip().replaceFirst(".*: ", "");
    assertThat(Path.of(file)).content().contains("\tat dev.ffs.examples.cli.MainTest");
    Files.delete(Path.of(file));
  }

  @Test
  void theStackTraceIsPrintedOnRequest() {
    buildThrows(new IllegalStateException("cannot be"));

    calls.call("build", "hello", "x86-64bit", "--stacktrace");

    assertThat(calls.err()).contains("\tat dev.ffs.examples.cli.MainTest");
  }

  @Test
  void aBadRecipeEndsWithThree() throws IOException {
    calls.home = temp;
    copy("hello");
    Path recipe = temp.resolve("recipes/hello/recipe.yaml");
    Files.writeString(recipe, Files.readString(recipe).replace("title:", "tilte:"));

    assertThat(calls.call("build", "hello", "x86-64bit")).isEqualTo(ExitCode.BAD_RECIPE);

    assertThat(calls.err()).contains("recipe.yaml:2:1: error: ").contains("'title'");
  }

  @Test
  void anUnknownRecipeTargetOrStepIsAMistakeOfUse() {
    assertThat(calls.call("build", "helo", "x86-64bit")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: no recipe 'helo' in src/test/resources/recipes; did you mean 'hello'?\n");

    assertThat(calls.call("plan", "hello", "x86-64bti")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: recipe 'hello' has no target 'x86-64bti'; did you mean 'x86-64bit'?\n");

    assertThat(calls.call("plan", "hello", "vax")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: recipe 'hello' has no target 'vax'; known: x86-64bit\n");

    assertThat(calls.call("shell", "hello", "x86-64bit", "greet/hallo")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: recipe 'hello' has no step 'greet/hallo'; did you mean 'greet/hello'?\n");
  }

  @Test
  void theOldCommandIsABuildInLxd() {
    assertThat(calls.call("hello", "x86-64bit", "--enclosure", "none")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).isEqualTo("ffs: --executor lxd does not go with --enclosure none\n");

    calls.build = request -> done();
    assertThat(calls.call("hello", "x86-64bit", "--executor", "local")).isEqualTo(ExitCode.OK);
    assertThat(calls.call("hello")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: Missing required parameter: 'TARGET'\nTry: ./ffs build --help\n");
  }

  @Test
  void onlyBuildsAndShellsAreToBeHadInLxd() {
    for (String command : List.of("plan", "check")) {
      assertThat(calls.call(command, "hello", "x86-64bit", "--executor=lxd"))
          .isEqualTo(ExitCode.USAGE);
      assertThat(calls.err()).startsWith("ffs: --executor lxd goes with build and shell only");
    }
  }

  @Test
  void optionsOfLxdGoWithItsExecutorOnly() {
    for (String option : List.of("--resume=none", "--delete-snapshots", "--lxd-remote=far")) {
      assertThat(calls.call("build", "hello", "x86-64bit", option)).isEqualTo(ExitCode.USAGE);
      assertThat(calls.err()).endsWith(" go with --executor lxd\n");
    }
  }

  @Test
  void mistakesOfUseEndWithTwo() {
    assertThat(calls.call("biuld")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: there is no command 'biuld'; did you mean 'build'?\nTry: ./ffs --help\n");

    assertThat(calls.call("helo", "x86-64bit")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .startsWith(
            "ffs: there is no command 'helo', and no recipe of that name to build in LXD; did you"
                + " mean 'hello'?\n");

    assertThat(calls.call("build", "hello")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: Missing required parameter: 'TARGET'\nTry: ./ffs build --help\n");

    assertThat(calls.call("build", "hello", "x86-64bit", "--jobs=0")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).isEqualTo("ffs: --jobs must be at least 1, not 0\n");

    assertThat(calls.call("list", "--recipes", "/nowhere")).isEqualTo(ExitCode.USAGE);
    assertThat(calls.err())
        .isEqualTo("ffs: no directory /nowhere; --recipes DIR says where the recipes are\n");
  }

  @Test
  void moreJobsThanABuildMayHaveAreAMistake() {
    assertThat(calls.call("build", "hello", "x86-64bit", "--jobs", "65538"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(calls.err()).isEqualTo("ffs: --jobs must be at most 4096, not 65538\n");
  }

  @Test
  void withoutWordsThereIsHelp() {
    assertThat(calls.call()).isEqualTo(ExitCode.USAGE);

    assertThat(calls.err()).startsWith("Usage: ffs ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list",
        "plan",
        "fetch",
        "build",
        "generate",
        "lint",
        "doctor",
        "shell",
        "explain"
      })
  void helpNamesTheExitCodes(String command) {
    assertThat(calls.call(command, "--help")).isZero();

    assertThat(calls.out())
        .endsWith(
            """
            Exit codes:
              0     ok
              1     the build failed, or the audit found something
              2     the command line is wrong
              3     the recipe is wrong
              4     a source cannot be had
              5     this machine lacks something
              130   interrupted
            """);
  }

  @Test
  void generateWritesABundleAndSaysHowToBuildIt() {
    Path bundle = temp.resolve("b");

    assertThat(calls.call("generate", "hello", "x86-64bit", "-o", bundle.toString())).isZero();

    assertThat(calls.out())
        .isEqualTo(
            "Wrote 2 steps as a bundle to %s. To build it: %s/build.sh\n"
                .formatted(bundle, bundle));
    assertThat(bundle.resolve("build.sh")).isExecutable();
  }

  @Test
  void generateLeavesADirectoryAloneThatIsNoBundle() throws IOException {
    Files.writeString(temp.resolve("precious"), "x");

    assertThat(calls.call("generate", "hello", "x86-64bit", "-o", temp.toString()))
        .isEqualTo(ExitCode.USAGE);

    assertThat(calls.err()).startsWith("ffs: no bundle can be written to " + temp);
    assertThat(temp).isDirectoryContaining("glob:**/precious");
  }

  @Test
  void howToLookInsideHoldsForTheVeryBuildThatFailed() {
    StepFailure failure = new StepFailure(STEP, "exit code 2", List.of(), Path.of("/s/hello.log"));
    buildEnds(
        new BuildResult(
            Outcome.FAILED, List.of(), List.of(), List.of(failure), Duration.ofSeconds(1)));
    String recipes = Calls.HOME.resolve("recipes").toString();

    calls.call(
        "build", "hello", "x86-64bit", "--enclosure=none", "--recipes", recipes, "--store", "/s");
    assertThat(calls.err())
        .contains(
            "  look inside:  ./ffs shell hello x86-64bit greet/hello --enclosure none --recipes "
                + recipes
                + " --store /s\n");

    calls.check =
        steps ->
            new CheckResult(List.of(), List.of(), List.of(failure), List.of(), List.of(), false);
    calls.call("check", "hello", "x86-64bit", "--recipes", recipes, "--store", "/s");
    assertThat(calls.err())
        .contains(
            "  look inside:  ./ffs shell hello x86-64bit greet/hello --recipes "
                + recipes
                + " --store /s\n");
  }

  @Test
  void aShellHasTheEnclosureThatItsStepHad() {
    calls.shell = List.of("true");

    calls.call("shell", "hello", "x86-64bit", "greet/hello", "--enclosure", "none");
    assertThat(calls.shellRequests)
        .extracting(BuildRequest::enclosure)
        .containsExactly(Enclosure.NONE);
  }

  @Test
  void shellEndsWithTheExitCodeOfTheShell() {
    calls.shell = List.of("sh", "-c", "exit 42");

    assertThat(calls.call("shell", "hello", "x86-64bit", "greet/hello")).isEqualTo(42);
    assertThat(calls.shellsLeft).as("what it used is free again").isEqualTo(1);
  }

  @Test
  void doctorEndsWithFiveIfSomethingIsMissing() {
    assertThat(calls.call("doctor")).isEqualTo(ExitCode.OK);

    calls.host.lacks("patch");

    assertThat(calls.call("doctor")).isEqualTo(ExitCode.HOST_LACKS);
    assertThat(calls.out()).endsWith("  apt-get install patch\n");
  }

  @Test
  void lintWithoutShellcheckEndsWithFive() {
    calls.host.answer("shellcheck", Host.NOT_FOUND, "");

    assertThat(calls.call("lint")).isEqualTo(ExitCode.HOST_LACKS);

    assertThat(calls.err()).startsWith("ffs: lint needs shellcheck, which is not here\n");
  }

  private void copy(String recipe) throws IOException {
    Path from = Calls.HOME.resolve("recipes");
    try (var files = Files.walk(from.resolve(recipe))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = temp.resolve("recipes").resolve(from.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
  }
}
