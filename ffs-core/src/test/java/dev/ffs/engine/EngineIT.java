package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.TARGET;
import static dev.ffs.engine.Builds.chroot;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.engine.Builds.outcomes;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.seeing;
import static dev.ffs.fixtures.Fixtures.texts;
import static dev.ffs.fixtures.Fixtures.withJobs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tarball;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import dev.ffs.store.StoreMaintenance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole builds on this machine: what is reused, what is kept, and how they end. */
@Timeout(120)
class EngineIT {

  private static final Recipe THREE =
      host(
          script("a", "echo a >\"$FFS_SYSROOT/a\""),
          script("b", "cat \"$FFS_SYSROOT/a\" >\"$FFS_SYSROOT/b\"", "a"),
          script("c", "ls \"$FFS_SYSROOT\" >\"$FFS_SYSROOT/c\""));

  /** For a shell to read: it sets the step's variables, and prints one that it had not. */
  static final String TELL_EPOCH =
      ". " + StepShell.ENVIRONMENT + " && printf '\\nepoch %s\\n' $SOURCE_DATE_EPOCH\n";

  @TempDir Path directory;
  private Builds builds;
  private final List<Process> children = new ArrayList<>();
  private final List<StepShell> shells = new ArrayList<>();

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
  }

  @AfterEach
  void endChildren() throws InterruptedException {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
    leaveShells();
  }

  private static Recipe three(String a) {
    return host(
        script("a", a), THREE.phases().get(0).steps().get(1), THREE.phases().get(0).steps().get(2));
  }

  private List<Path> running() throws IOException {
    try (var list = Files.list(builds.store.resolve("running"))) {
      return list.toList();
    }
  }

  @Test
  void aBuildTellsAllThatHappens() {
    BuildResult result = builds.build(host(script("a", "echo one; echo two >&2")));

    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
    assertThat(result.failure()).isEmpty();
    BuildResult.OutputFile file = result.outputs().get(0);
    assertThat(file.file()).isEqualTo(builds.output.resolve("small-x86-64bit.tar.xz")).exists();
    assertThat(file.bytes()).isEqualTo(file.file().toFile().length());
    assertThat(builds.events.get(0))
        .isEqualTo(new BuildEvent.BuildStarted("small", TARGET, List.of("base/a")));
    assertThat(builds.events.get(1))
        .isEqualTo(
            new BuildEvent.StepStarted(
                "base/a", builds.store.resolve("logs/small-x86-64bit/base-a.log")));
    assertThat(builds.events.subList(2, 4))
        .containsExactlyInAnyOrder(
            new BuildEvent.StepOutput("base/a", "one"), new BuildEvent.StepOutput("base/a", "two"));
    assertThat(builds.events.get(4))
        .isEqualTo(
            new BuildEvent.StepFinished("base/a", Outcome.DONE, result.steps().get(0).duration()));
    List<BuildEvent> last = new ArrayList<>();
    last.add(new BuildEvent.PhaseFinished("base"));
    result
        .outputs()
        .forEach(o -> last.add(new BuildEvent.OutputWritten(o.file(), o.bytes(), o.sha256())));
    last.add(new BuildEvent.BuildFinished(Outcome.DONE, result.duration()));
    assertThat(builds.events.subList(5, builds.events.size())).isEqualTo(last);
    assertThat(result.outputs())
        .extracting(output -> output.file().getFileName().toString())
        .containsExactly(
            "small-x86-64bit.tar.xz",
            "small-x86-64bit.files.json",
            "small-x86-64bit.spdx.json",
            "small-x86-64bit.provenance.json");
    assertThat(builds.store.resolve("logs/small-x86-64bit/base-a.log"))
        .content()
        .contains("one\n", "two\n");
  }

  @Test
  void asSecondBuildReusesEverything() {
    BuildResult first = builds.build(THREE);
    BuildResult second = builds.build(THREE);

    assertThat(outcomes(first)).containsExactly("base/a DONE", "base/b DONE", "base/c DONE");
    assertThat(outcomes(second)).containsExactly("base/a REUSED", "base/b REUSED", "base/c REUSED");
    assertThat(second.outcome()).isEqualTo(Outcome.REUSED);
    assertThat(second.succeeded()).isTrue();
    assertThat(second.outputs()).isEqualTo(first.outputs());
    assertThat(second.steps()).allMatch(step -> step.duration().isZero());
    assertThat(second.duration()).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void anOutputThatIsGoneOrSpoiltIsPackedAgainFromTheSameLayers() throws IOException {
    BuildResult first = builds.build(THREE);
    Path file = first.outputs().get(0).file();

    for (String spoilt : List.of("", "spoilt")) {
      Files.delete(file);
      if (!spoilt.isEmpty()) {
        Files.writeString(file, spoilt);
      }
      BuildResult again = builds.build(THREE);

      assertThat(again.outcome()).isEqualTo(Outcome.DONE);
      assertThat(outcomes(again)).allMatch(outcome -> outcome.endsWith(" REUSED"));
      assertThat(again.outputs()).isEqualTo(first.outputs());
    }
  }

  @Test
  void anEditedCommentRunsThatStepOnly() {
    builds.build(THREE);

    BuildResult result = builds.build(three("# why\necho a >\"$FFS_SYSROOT/a\""));

    assertThat(outcomes(result)).containsExactly("base/a DONE", "base/b REUSED", "base/c REUSED");
    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
  }

  @Test
  void otherContentRunsWhatSeesItAndNothingElse() throws IOException {
    builds.build(THREE);

    BuildResult result = builds.build(three("echo other >\"$FFS_SYSROOT/a\""));

    assertThat(outcomes(result)).containsExactly("base/a DONE", "base/b DONE", "base/c REUSED");
    assertThat(Tarball.read(result.outputs().get(0).file()))
        .containsEntry("b", "file 644 0:0 other\n")
        .containsEntry("c", "file 644 0:0 c\n");
  }

  @Test
  void anEditThatIsTakenBackRunsNothing() {
    BuildResult first = builds.build(THREE);
    builds.build(three("echo other >\"$FFS_SYSROOT/a\""));

    BuildResult result = builds.build(THREE);

    assertThat(outcomes(result)).allMatch(outcome -> outcome.endsWith(" REUSED"));
    assertThat(result.outputs()).isEqualTo(first.outputs());
  }

  @Test
  void theLayersOfStepsWithEqualContentAreMountedOnce() throws IOException {
    Path file =
        builds.tarball(
            recipe(
                List.of(),
                "one two three",
                phase("one", Place.HOST, "cross", script("a", "echo 1 >\"$FFS_SYSROOT/file\"")),
                phase("two", Place.HOST, "cross", script("b", "echo 2 >\"$FFS_SYSROOT/file\"")),
                phase(
                    "three",
                    Place.HOST,
                    "cross",
                    script("c", "echo 1 >\"$FFS_SYSROOT/file\""),
                    script("d", "cat \"$FFS_SYSROOT/file\" >\"$FFS_SYSROOT/seen\"", "c"))));

    assertThat(Tarball.read(file))
        .containsEntry("file", "file 644 0:0 1\n")
        .containsEntry("seen", "file 644 0:0 1\n");
  }

  @Test
  void twoStoresGiveTheSameTarball() throws Exception {
    Recipe recipe =
        chroot(
            script("first", "mkdir -p /etc; touch /etc/a /etc/b"),
            script("second", "ln /etc/a /etc/c; stat -c %Y /etc/b >/etc/d", "first"));
    BuildResult first = builds.build(recipe);
    Builds other = new Builds(Files.createDirectory(directory.resolve("a b,c:d")));
    BuildResult second = other.build(recipe);

    assertThat(second.outcome()).isEqualTo(Outcome.DONE);
    assertThat(second.outputs().get(0).sha256()).isEqualTo(first.outputs().get(0).sha256());
  }

  @Test
  void aFailedStepIsToldKeptAndNeverCached() throws Exception {
    Recipe recipe =
        host(
            script("a", "echo a >\"$FFS_SYSROOT/a\""),
            script(
                "b",
                "touch \"$FFS_SYSROOT/half\" object; for i in $(seq 40); do echo line $i; done;"
                    + " exit 3",
                "a"),
            script("c", "true", "b"));

    for (String outcome : List.of("DONE", "REUSED")) {
      BuildResult result = builds.build(recipe);

      assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(result.succeeded()).isFalse();
      assertThat(result.outputs()).isEmpty();
      assertThat(outcomes(result)).containsExactly("base/a " + outcome, "base/b FAILED");
      BuildResult.StepFailure failure = result.failure().orElseThrow();
      assertThat(failure.step()).isEqualTo(new StepId("base", "b"));
      assertThat(failure.reason()).isEqualTo("exit code 3");
      assertThat(failure.lastLines()).hasSize(30).startsWith("line 11").endsWith("line 40");
      assertThat(Files.readAllLines(failure.log())).hasSize(40).startsWith("line 1");
      assertThat(builds.events)
          .last()
          .isEqualTo(new BuildEvent.BuildFinished(Outcome.FAILED, result.duration()));
    }
    Path kept = builds.store.resolve("failed/small-x86-64bit/base-b");
    assertThat(kept.resolve("layer/tree/half")).exists();
    assertThat(kept.resolve("build/object")).exists();
    assertThat(builds.output).isEmptyDirectory();
    assertThat(running()).isEmpty();

    // The shell stands in the tree that failed, on top of what the step saw.
    Process shell = shell(recipe, new StepId("base", "b"));
    shell.outputWriter().append("pwd; ls; cd /ffs/sysroot; ls; ls /ffs/*.sh\n").close();
    assertThat(Jvm.outputOf(shell)).contains("/build/b\nobject\na\nhalf\n/ffs/build.sh\n");
    leaveShells();

    Recipe fixed = host(recipe.phases().get(0).steps().get(0), script("b", "true", "a"));
    assertThat(outcomes(builds.build(fixed))).containsExactly("base/a REUSED", "base/b DONE");
    assertThat(kept).doesNotExist();
  }

  private StepShell open(Recipe recipe, StepId step) {
    StepShell shell = FFS.shell(builds.request(recipe), step);
    shells.add(shell);
    return shell;
  }

  /** The shells of a test end with it, or earlier. */
  private void leaveShells() {
    shells.forEach(StepShell::close);
    shells.clear();
  }

  private Process shell(Recipe recipe, StepId step) throws IOException {
    Process shell =
        new ProcessBuilder(open(recipe, step).command())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    children.add(shell);
    return shell;
  }

  @Test
  void aShellEntersTheRootOfAStepThatDidNotFail() throws Exception {
    Recipe recipe = chroot(script("a", "touch /a"), withJobs(script("b", "touch /b", "a"), 1));
    builds.build(recipe);

    Process shell = shell(recipe, new StepId("main", "b"));
    String see = "printf '\\njobs %s\\n' $FFS_JOBS; ls /; pwd; id -u\n";
    shell.outputWriter().append(see + TELL_EPOCH).close();

    assertThat(Jvm.outputOf(shell).lines())
        .contains("jobs 1", "a", "bin", "/", "0", "epoch " + ScriptGenerator.EPOCH)
        .doesNotContain("b", "usr");

    // It did not fail, and does not look as if it had.
    assertThat(builds.store.resolve("failed/small-x86-64bit")).doesNotExist();
    assertThat(FFS.forecast(builds.request(recipe)).get(2).failedLog()).isNull();
    leaveShells();
    assertThat(builds.store.resolve("running")).isEmptyDirectory();
  }

  @Test
  void whatAShellUsesStaysUntilItEnds() throws Exception {
    Recipe recipe = host(script("a", "echo >$FFS_SYSROOT/a"), script("b", "exit 3", "a"));
    builds.build(recipe);
    StepId b = new StepId("base", "b");
    Path kept = builds.store.resolve("failed/small-x86-64bit/base-b");
    StoreMaintenance maintenance = StoreMaintenance.of(LayerStore.open(builds.store));

    try (StepShell shell = FFS.shell(builds.request(recipe), b)) {
      maintenance.prune(OptionalInt.of(0), OptionalLong.of(0), false);
      Process process = new ProcessBuilder(shell.command()).start();
      process.outputWriter().append("ls /ffs/sysroot\n").close();
      assertThat(Jvm.outputOf(process)).isEqualTo("a\n");

      BuildResult again = builds.build(recipe);
      assertThat(outcomes(again)).containsExactly("base/a REUSED", "base/b FAILED");
      assertThat(again.failures().get(0).lastLines())
          .contains("Its tree is not kept: a shell is open in that of its last failure.");
      assertThatThrownBy(() -> FFS.shell(builds.request(recipe), b))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has a shell open in " + kept);
      assertThat(kept).exists();
    }
    maintenance.prune(OptionalInt.of(0), OptionalLong.of(0), false);
    assertThat(kept).doesNotExist();
    assertThat(builds.store.resolve("layers")).isEmptyDirectory();
  }

  @Test
  void someStepsAreBuiltWithWhatTheySeeAndNothingElse() {
    BuildResult result = FFS.build(builds.request(THREE), Set.of(StepId.parse("base/b")));

    assertThat(result.succeeded()).isTrue();
    assertThat(outcomes(result)).containsExactly("base/a DONE", "base/b DONE");
    assertThat(result.outputs()).isEmpty();
    assertThat(builds.output).doesNotExist();
    // The phase is not finished by that.
    assertThat(builds.events).noneMatch(BuildEvent.PhaseFinished.class::isInstance);
    assertThat(outcomes(FFS.build(builds.request(THREE), Set.of(StepId.parse("base/b")))))
        .containsExactly("base/a REUSED", "base/b REUSED");
    assertThat(outcomes(builds.build(THREE)))
        .containsExactly("base/a REUSED", "base/b REUSED", "base/c DONE");

    assertThatThrownBy(() -> FFS.build(builds.request(THREE), Set.of(StepId.parse("base/d"))))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("recipe 'small' has no step 'base/d'");
  }

  @Test
  void aBuildOfSomeStepsDoesNotTakeThePlaceOfAWholeOneWhenTheStoreIsPruned() {
    builds.build(THREE);
    FFS.build(builds.request(three("echo x >\"$FFS_SYSROOT/a\"")), Set.of(StepId.parse("base/a")));

    StoreMaintenance.of(LayerStore.open(builds.store))
        .prune(OptionalInt.of(1), OptionalLong.empty(), false);

    assertThat(outcomes(builds.build(THREE)))
        .containsExactly("base/a REUSED", "base/b REUSED", "base/c REUSED");
  }

  @Test
  void failedBuildsDoNotTakeThePlaceOfAGoodOneWhenTheStoreIsPruned() {
    builds.build(THREE);
    for (String text : List.of("x", "y")) {
      builds.build(host(script("a", "echo " + text + " >$FFS_SYSROOT/a"), script("b", "exit 3")));
    }

    StoreMaintenance.of(LayerStore.open(builds.store))
        .prune(OptionalInt.of(1), OptionalLong.empty(), false);

    assertThat(outcomes(builds.build(THREE)))
        .containsExactly("base/a REUSED", "base/b REUSED", "base/c REUSED");
  }

  @Test
  void withoutAnEnclosureThereIsNothingToEnterAndItIsSaidWhereToLook() {
    assertThatThrownBy(
            () ->
                FFS.shell(
                    builds.request(THREE, b -> b.enclosure(Enclosure.NONE)),
                    new StepId("base", "b")))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "without an enclosure there is no root to enter: what base/b left is in /ffs/sysroot"
                + " and /build/b until the next step runs");
  }

  @Test
  void aShellNeedsWhatItsStepSees() {
    assertThatThrownBy(() -> FFS.shell(builds.request(THREE), new StepId("base", "b")))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "step base/a, which base/b is built on, has not been built as the recipe says now;"
                + " build first");
    assertThatThrownBy(() -> FFS.shell(builds.request(THREE), new StepId("base", "d")))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("recipe 'small' has no step 'base/d'")
        .hasMessageContaining("did you mean 'base/");
    assertThatThrownBy(() -> FFS.plan(THREE, "x86"))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("recipe 'small' has no target 'x86'");
  }

  @Test
  void whatAPhaseDoesNotSeeIsNotThereThoughItIsBuiltOnIt() {
    Recipe recipe =
        recipe(
            List.of(),
            "third",
            phase("first", Place.HOST, "cross", script("a", "echo a >\"$FFS_SYSROOT/a\"")),
            phase(
                "second",
                Place.HOST,
                "cross",
                script("b", "cp \"$FFS_SYSROOT/a\" \"$FFS_SYSROOT/b\"")),
            seeing(
                texts("second"),
                phase(
                    "third",
                    Place.HOST,
                    "cross",
                    script("c", "[ ! -e \"$FFS_SYSROOT/a\" ]; cmp <(echo a) \"$FFS_SYSROOT/b\""))));
    StepId third = new StepId("third", "c");

    assertThat(outcomes(FFS.build(builds.request(recipe), Set.of(third))))
        .containsExactly("first/a DONE", "second/b DONE", "third/c DONE");
    try (StepShell shell = FFS.shell(builds.request(recipe), third)) {
      assertThat(shell.command()).isNotEmpty();
    }
    assertThat(FFS.check(builds.request(recipe), Set.of(third)).equal()).containsExactly(third);
  }

  @Test
  void theEndIsToldOnceAlsoIfItIsAnException() {
    builds.executor =
        new Wrapped(
            (command, run) -> {
              throw new IllegalStateException("out of order");
            });
    assertThatThrownBy(() -> FFS.check(builds.request(THREE), Set.of()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ends()).containsExactly(Outcome.FAILED);

    assertThatThrownBy(() -> builds.build(THREE)).isInstanceOf(IllegalStateException.class);
    assertThat(ends()).containsExactly(Outcome.FAILED);
  }

  @Test
  void whatFailsAfterTheEndIsNoSecondEnd() {
    BuildListener breaksTheRecords =
        event -> {
          if (event instanceof BuildEvent.BuildFinished) {
            Path records = builds.store.resolve("builds/small-x86-64bit");
            try {
              Tools.run(builds.directory, "rm", "-rf", records.toString());
              Files.createFile(records);
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };

    assertThatThrownBy(() -> builds.build(THREE, breaksTheRecords))
        .isInstanceOf(StoreException.class);
    assertThat(ends()).containsExactly(Outcome.DONE);
  }

  private List<Outcome> ends() {
    return builds.events.stream()
        .filter(BuildEvent.BuildFinished.class::isInstance)
        .map(event -> ((BuildEvent.BuildFinished) event).outcome())
        .toList();
  }

  @Test
  void aRecipeWithErrorsIsNotBuilt() {
    Recipe recipe = host(script("a", "true", "b"));

    assertThatThrownBy(() -> builds.build(recipe))
        .isInstanceOf(DiagnosticException.class)
        .hasMessageContaining("'b'");
    assertThat(builds.store).doesNotExist();
  }

  @Test
  void aCancelledBuildLeavesNothingRunningAndIsResumed() throws Exception {
    String mark = "mark-" + System.nanoTime();
    Recipe recipe = EngineMain.slow(mark);
    Cancellation cancellation = new Cancellation();

    BuildResult result =
        FFS.build(
            builds.request(
                recipe,
                builder ->
                    builder
                        .cancellation(cancellation)
                        .listener(
                            event -> {
                              if (event instanceof BuildEvent.StepOutput output
                                  && output.line().equals("started")) {
                                cancellation.cancel();
                              }
                            })));

    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(result.succeeded()).isFalse();
    assertThat(result.failure()).isEmpty();
    assertThat(outcomes(result))
        .containsExactly("base/root DONE", "main/first DONE", "main/second CANCELLED");
    assertThat(Builds.processes(mark)).isEmpty();
    assertThat(Builds.processes(builds.store.toString())).isEmpty();
    assertThat(running()).isEmpty();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();

    BuildResult again = builds.build(recipe);
    assertThat(outcomes(again))
        .containsExactly(
            "base/root REUSED", "main/first REUSED", "main/second DONE", "main/third DONE");
    assertThat(Tarball.read(again.outputs().get(0).file()))
        .containsEntry("etc/third", "file 644 0:0 first\nwhole\n");
  }

  @Test
  void aBuildThatIsCancelledBeforeItBeginsDoesNothing() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    BuildRequest request = builds.request(THREE, b -> b.cancellation(cancellation));
    BuildResult result = FFS.build(request);

    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(result.steps()).isEmpty();
    assertThat(FFS.fetch(request)).isFalse();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aBuildThatIsCancelledWhileAResultIsTakenIsCancelled() throws Exception {
    Cancellation cancellation = new Cancellation();
    builds.executor =
        new Wrapped(
            (command, run) -> {
              if (command.argv().stream().anyMatch(word -> word.endsWith("/keep.sh"))) {
                cancellation.cancel();
              }
              return run.get();
            });

    BuildResult result = FFS.build(builds.request(THREE, b -> b.cancellation(cancellation)));

    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(outcomes(result)).isNotEmpty().allMatch(step -> step.endsWith(" CANCELLED"));
    assertThat(running()).isEmpty();
    builds.executor = new LocalExecutor();
    assertThat(outcomes(builds.build(THREE))).startsWith("base/a DONE");
  }

  /** Runs commands on this machine, but lets a test have its say. */
  private static final class Wrapped implements Executor {

    private final LocalExecutor local = new LocalExecutor();
    private final BiFunction<Command, java.util.function.Supplier<ExitStatus>, ExitStatus> wrapper;

    Wrapped(BiFunction<Command, java.util.function.Supplier<ExitStatus>, ExitStatus> wrapper) {
      this.wrapper = wrapper;
    }

    @Override
    public String name() {
      return "wrapped";
    }

    @Override
    public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
      return wrapper.apply(command, () -> local.run(command, sink, cancellation));
    }

    @Override
    public void push(Path path, String remote) {
      local.push(path, remote);
    }

    @Override
    public void pull(String remote, Path path) {
      local.pull(remote, path);
    }

    @Override
    public void close() {
      local.close();
    }
  }

  @Test
  void aResultThatDoesNotReachTheDiskIsNotKept() throws IOException {
    builds.executor =
        new Wrapped(
            (command, run) ->
                command.argv().stream().anyMatch(word -> word.endsWith("/keep.sh"))
                    ? new ExitStatus(1, ExitStatus.End.EXITED)
                    : run.get());

    assertThatThrownBy(() -> builds.build(THREE))
        .hasMessageStartingWith("cannot run step base/")
        .hasMessageContaining("the step's files could not be brought to disk: exit code 1");
    assertThat(builds.store.resolve("keys")).isEmptyDirectory();
    assertThat(running()).isEmpty();
  }

  @Test
  void modesThatShutOutTheirOwnerSurviveAndSocketsDoNot() throws Exception {
    BuildResult result =
        builds.build(
            host(
                script(
                    "a",
                    """
                    cd "$FFS_SYSROOT"
                    mkdir -p bin secret/below; echo su >bin/su; echo in >secret/below/file
                    chmod 4111 bin/su; chmod 0 secret/below; chmod 0300 secret
                    perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("s"))'
                    """)));

    assertThat(Tarball.read(result.outputs().get(0).file()))
        .containsEntry("bin/su", "file 4111 0:0 su\n")
        .containsEntry("secret/below/file", "file 644 0:0 in\n")
        .doesNotContainKey("s");
    assertThat(Tarball.read(result.outputs().get(0).file()).get("secret")).contains(" 300 ");
    assertThat(Tarball.read(result.outputs().get(0).file()).get("secret/below")).contains(" 0 ");
  }

  @Test
  void theHostsCompilerCountsForTheStepsThatUseIt() {
    Recipe recipe =
        recipe(
            List.of(),
            "base",
            phase("cross", Place.HOST, "host", script("cc", "echo 1 >\"$FFS_SYSROOT/1\"")),
            phase("base", Place.HOST, "cross", script("a", "echo 2 >\"$FFS_SYSROOT/2\"")));
    for (String compiler : List.of("gcc 12", "gcc 13", "gcc 12")) {
      builds.executor = compiler(compiler, 0);
      builds.build(recipe);
    }
    assertThat(builds.build(recipe).outcome()).isEqualTo(Outcome.REUSED);

    builds.executor = compiler("gcc 14", 0);
    // What it built is the same, so the next phase need not run.
    assertThat(outcomes(builds.build(recipe))).containsExactly("cross/cc DONE", "base/a REUSED");

    builds.executor = compiler("sh: cc: not found", 127);
    assertThatThrownBy(() -> builds.build(recipe))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "there is no C compiler and linker, which this recipe builds its first compiler with"
                + " (sh: cc: not found)");
    assertThat(builds.build(THREE).succeeded()).as("who needs no compiler").isTrue();
  }

  private static Executor compiler(String version, int code) {
    LocalExecutor local = new LocalExecutor();
    return new Executor() {
      @Override
      public String name() {
        return "compiler";
      }

      @Override
      public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
        if (!command.argv().get(command.argv().size() - 1).contains("cc --version")) {
          return local.run(command, sink, cancellation);
        }
        sink.line(dev.ffs.exec.Channel.STDOUT, version);
        return new ExitStatus(code, ExitStatus.End.EXITED);
      }

      @Override
      public void push(Path path, String remote) {}

      @Override
      public void pull(String remote, Path path) {}

      @Override
      public void close() {}
    };
  }

  private Process child(List<String> command, String... wrapper) throws IOException {
    List<String> whole = new ArrayList<>(List.of(wrapper));
    whole.addAll(command);
    Process child =
        new ProcessBuilder(whole).directory(directory.toFile()).redirectErrorStream(true).start();
    children.add(child);
    return child;
  }

  @Test
  void aKilledBuildLeavesNothingRunningAndIsResumed() throws Exception {
    Tools.require("busybox");
    String mark = "mark-" + System.nanoTime();
    List<String> expected =
        new ArrayList<>(
            List.of(
                "started",
                "DONE",
                "base/root REUSED",
                "main/first REUSED",
                "main/second DONE",
                "main/third DONE"));
    FFS.build(builds.request(EngineMain.slow(mark), b -> b.store(directory.resolve("undisturbed"))))
        .outputs()
        .forEach(output -> expected.add(output.sha256()));
    List<String> command =
        Jvm.command(EngineMain.class, builds.store, directory.resolve("killed"), mark);

    Process child = child(command);
    BufferedReader lines = child.inputReader();
    for (String line = lines.readLine(); !"started".equals(line); line = lines.readLine()) {
      assertThat(line).as("a line before the end").isNotNull();
    }
    child.destroyForcibly().waitFor();
    Builds.awaitNoProcess(mark);
    Builds.awaitNoProcess(builds.store.toString());
    assertThat(running()).isNotEmpty();

    assertThat(Jvm.outputOf(child(command)).lines()).containsExactlyElementsOf(expected);
    assertThat(running()).isEmpty();
  }

  @Test
  void anOrdinaryUserGetsTheSameTarball() throws Exception {
    Tools.require("busybox");
    String mark = "mark";
    String[] expected =
        builds.build(EngineMain.slow(mark)).outputs().stream()
            .map(BuildResult.OutputFile::sha256)
            .toArray(String[]::new);
    Path place = Files.createDirectories(directory.resolve("its own,place:here"));
    // A directory whose group its children inherit, and a mask that shuts others out.
    Files.setAttribute(place, "unix:mode", 02777);
    Files.setAttribute(directory, "unix:mode", 0755);

    Process child =
        child(
            Jvm.ordinary(
                directory, EngineMain.class, place.resolve("store"), place.resolve("out"), mark),
            "sh",
            "-c",
            "umask 077; exec \"$@\"",
            "sh");

    assertThat(Jvm.outputOf(child).lines()).contains("DONE", "main/third DONE").endsWith(expected);
  }

  @Test
  void aMachineWithoutNamespacesIsTold() throws Exception {
    Tools.require("busybox");
    Process child =
        child(
            Jvm.command(EngineMain.class, builds.store, builds.output, "mark"),
            "unshare",
            "-Ur",
            "sh",
            "-c",
            "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\"",
            "sh");

    assertThat(Jvm.outputOf(child))
        .startsWith(
            "enclosure: the kernel gives no user namespace (CONFIG_USER_NS,"
                + " user.max_user_namespaces, kernel.unprivileged_userns_clone,"
                + " kernel.apparmor_restrict_unprivileged_userns): unshare: ")
        .contains("this machine cannot give a step the enclosure it needs: the kernel gives no");
    assertThat(running()).isEmpty();
  }

  @Test
  void aSysrootWithoutTheShellOfThePhaseIsAFailedStep() {
    Recipe recipe =
        recipe(
            List.of(),
            "main",
            phase("base", Place.HOST, "cross", script("root", "mkdir -p \"$FFS_SYSROOT/bin\"")),
            Builds.chrootPhase("/bin/sh", script("a", "true")));

    BuildResult.StepFailure failure = builds.build(recipe).failure().orElseThrow();

    assertThat(failure.reason()).isEqualTo("exit code 127");
    assertThat(failure.lastLines())
        .containsExactly("the sysroot has no /bin/sh to run the step with");
  }

  @Test
  void aListenerThatThrowsDoesNotDisturbTheBuild() throws IOException {
    BuildResult result =
        builds.build(
            THREE,
            event -> {
              throw new UncheckedIOException(new IOException("not for the build: " + event));
            });

    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
    assertThat(builds.events).last().isInstanceOf(BuildEvent.BuildFinished.class);
  }

  @Test
  void anOutputThatCannotBeWrittenIsAnErrorBeforeAnythingIsBuilt() throws IOException {
    Files.writeString(builds.output, "a file");

    assertThatThrownBy(() -> builds.build(THREE))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot write the output to " + builds.output + ": ");
    assertThat(builds.store.resolve("keys")).isEmptyDirectory();
  }

  @Test
  void namesAsOddAsARecipeMayGiveThem() throws IOException {
    Recipe recipe =
        recipe(
            List.of(),
            "0.p+h_a-se",
            phase(
                "0.p+h_a-se",
                Place.HOST,
                "cross",
                script("0", "pwd >\"$FFS_SYSROOT/0\"; echo \"$HOME\" >>\"$FFS_SYSROOT/0\""),
                script(
                    "a.b+c_d-", "pwd >\"$FFS_SYSROOT/1\"; echo \"$HOME\" >>\"$FFS_SYSROOT/1\"")));

    assertThat(Tarball.read(builds.tarball(recipe)))
        .containsExactlyEntriesOf(
            new java.util.TreeMap<>(
                Map.of(
                    "0", "file 644 0:0 /build/0\n/build/0\n",
                    "1", "file 644 0:0 /build/a.b+c_d-\n/build/a.b+c_d-\n")));
  }
}
