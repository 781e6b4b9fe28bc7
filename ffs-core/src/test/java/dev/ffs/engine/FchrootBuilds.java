package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.chroot;
import static dev.ffs.engine.Builds.chrootPhases;
import static dev.ffs.engine.Builds.outcomes;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.fchroot.FchrootExecutor;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import dev.ffs.script.ScriptGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Builds whose chroot phases are entered through some fchroot. */
@Timeout(300)
abstract class FchrootBuilds {

  /** Prints all that a step can see of where it runs. */
  private static final String LOOK =
      "echo \"arguments: $*\"; env | sort; id; ls -la / /dev /build /ffs; cat /proc/mounts -";

  @TempDir Path directory;
  private Builds builds;

  abstract Path program();

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
    builds.executor = new FchrootExecutor(program());
  }

  @AfterEach
  void nothingIsLeftOnTheMachine() throws Exception {
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(directory.toString());
    Builds.awaitNoProcess(directory.toString() + "/store");
  }

  private Builds enclosed() throws IOException {
    return new Builds(Files.createDirectory(directory.resolve("a b,c:d")));
  }

  @Test
  void whatIsBuiltIsWhatAnEnclosureBuilds() throws Exception {
    for (boolean ordinary : List.of(false, true)) {
      Path place = Files.createDirectory(directory.resolve("place " + ordinary));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path copy = place.resolve("fchroot");
      Object[] arguments = {
        place.resolve("store"), place.resolve("out"), "changes", readable(copy)
      };
      List<String> command =
          ordinary
              ? Jvm.ordinary(place, EngineMain.class, arguments)
              : Jvm.command(EngineMain.class, arguments);
      Tools.Result through = Tools.run(place, command.toArray(String[]::new));
      Tools.Result enclosed =
          Tools.run(
              directory,
              Jvm.command(
                      EngineMain.class,
                      directory.resolve("enclosed"),
                      directory.resolve("out"),
                      "changes")
                  .toArray(String[]::new));

      assertThat(built(through)).isEqualTo(built(enclosed));
      assertThat(through.output()).startsWith("DONE\n");
    }
  }

  /** The last digest is that of the provenance, which says what it was built in. */
  private static String built(Tools.Result result) {
    return result.output().replace("REUSED", "DONE").replaceFirst("[0-9a-f]{64}\n$", "");
  }

  /** Returns a program that an ordinary user can read: a checkout may not let everybody. */
  Path readable(Path copy) throws IOException {
    return program();
  }

  @Test
  void aStepSeesWhatItSeesInAnEnclosure() throws Exception {
    Recipe recipe = chroot(script("a", LOOK));

    builds.tarball(recipe);
    Builds enclosed = enclosed();
    enclosed.tarball(recipe);

    // Times and processes differ, and where the machine's own files are.
    assertThat(plain(builds.lines("main/a"))).isEqualTo(plain(enclosed.lines("main/a")));
    assertThat(builds.lines("main/a")).contains("FFS_JOBS=2", "uid=0 gid=0");
  }

  private static List<String> plain(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll("\\d\\d:\\d\\d|^dr-xr-xr-x +\\d+", ""))
        .filter(line -> !line.startsWith("SHLVL=") && !line.startsWith("_="))
        .toList();
  }

  @Test
  void whatAnEnclosureBuiltIsNotTakenForItNorTheOtherWayRound() throws Exception {
    Recipe recipe = chroot(script("a", "touch /a"));
    BuildResult through = builds.build(recipe);
    List<Forecast> forecasts = FFS.forecast(builds.request(recipe));
    builds.executor = new LocalExecutor();
    List<Forecast> others = FFS.forecast(builds.request(recipe));
    BuildResult enclosed = builds.build(recipe);

    assertThat(outcomes(through)).containsExactly("base/root DONE", "main/a DONE");
    assertThat(outcomes(enclosed)).containsExactly("base/root REUSED", "main/a DONE");
    // The provenance, which is the last one, says what it was built in.
    int last = through.outputs().size() - 1;
    assertThat(enclosed.outputs().subList(0, last)).isEqualTo(through.outputs().subList(0, last));
    assertThat(enclosed.outputs().get(last).file()).hasFileName("small-x86-64bit.provenance.json");
    assertThat(forecasts).allMatch(forecast -> forecast.verdict() == Forecast.Verdict.REUSED);
    assertThat(others.get(1).changes())
        .extracting(Forecast.Change::input)
        .containsExactly("chroot program");
  }

  @Test
  void aStepThatFailsIsToldWithItsOwnCodeAndLines() throws Exception {
    Recipe recipe =
        chroot(
            script("a", "echo out; echo err >&2; touch /half; exit 3"),
            script("b", "kill -SEGV $$"));

    BuildResult result =
        FFS.build(builds.request(recipe, builder -> builder.keepGoing(true).jobs(1)));

    assertThat(result.failures())
        .extracting(BuildResult.StepFailure::reason)
        .containsExactlyInAnyOrder("exit code 3", "signal 11");
    assertThat(builds.lines("main/a")).containsExactlyInAnyOrder("out", "err");
    assertThat(builds.store.resolve("failed/small-x86-64bit/main-a/layer/tree/half")).exists();

    try (StepShell open = FFS.shell(builds.request(recipe), new StepId("main", "a"))) {
      Process shell = new ProcessBuilder(open.command()).redirectErrorStream(true).start();
      shell
          .outputWriter()
          .append("ls -d /half /ffs/build.sh\n" + EngineIT.TELL_EPOCH + "exit 4\n")
          .close();
      assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("/ffs/build.sh\n/half\n", "epoch " + ScriptGenerator.EPOCH + "\n");
      assertThat(shell.waitFor()).isEqualTo(4);
    }
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
    assertThat(Builds.processes(mark)).isEmpty();
    try (var running = Files.list(builds.store.resolve("running"))) {
      assertThat(running).isEmpty();
    }
    assertThat(outcomes(builds.build(recipe)))
        .containsExactly(
            "base/root REUSED", "main/first REUSED", "main/second DONE", "main/third DONE");
  }

  @Test
  void aBuildThatIsKilledLeavesNothingRunning() throws Exception {
    String mark = "mark-" + System.nanoTime();
    Process child =
        new ProcessBuilder(
                Jvm.command(EngineMain.class, builds.store, builds.output, mark, program()))
            .redirectErrorStream(true)
            .start();
    try (var lines = child.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("started");
      child.destroyForcibly().waitFor();
    }

    Builds.awaitNoProcess(mark);
    assertThat(outcomes(builds.build(EngineMain.slow(mark))))
        .containsExactly(
            "base/root REUSED", "main/first REUSED", "main/second DONE", "main/third DONE");
  }

  @Test
  void stepsThatReplaceWhatOthersMadeComeOutRightInManyPhases() throws Exception {
    Recipe recipe =
        chrootPhases(
            script("one", "mkdir /usr; touch /usr/a"), script("two", "mv /usr /opt; ls / >/list"));

    Path through = builds.tarball(recipe);

    assertThat(through).hasSameBinaryContentAs(enclosed().tarball(recipe));
  }

  @Test
  void aProgramThatDoesNotEnterTheRootIsNamedWithWhatItSaid() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken"), "#!/bin/sh\necho no; exit 3\n");
    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
    builds.executor = new FchrootExecutor(broken);

    assertThatThrownBy(() -> builds.build(chroot(script("a", "touch /a"))))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "cannot run step main/a: "
                + broken
                + " did not enter the root of the step; its log: "
                + builds.store.resolve("logs/small-x86-64bit/main-a.log"));
    assertThat(builds.store.resolve("logs/small-x86-64bit/main-a.log")).content().contains("no\n");
  }

  @Test
  void whoIsOutsideTheRootCannotChangeTheMachine() throws Exception {
    Path curious =
        Files.writeString(
            directory.resolve("curious"),
            "#!/bin/sh\ntouch "
                + directory
                + "/touched && exit 3\nexec "
                + program()
                + " \"$@\"\n");
    Files.setPosixFilePermissions(curious, PosixFilePermissions.fromString("rwxr-xr-x"));
    builds.executor = new FchrootExecutor(curious);

    builds.tarball(chroot(script("a", "touch /a")));

    assertThat(directory.resolve("touched")).doesNotExist();
  }

  @Test
  void withoutAnEnclosureItIsRefusedBeforeAnythingIsBuilt() throws Exception {
    Recipe recipe = chroot(script("a", "touch /a"));

    assertThatThrownBy(() -> FFS.build(builds.request(recipe, b -> b.enclosure(Enclosure.NONE))))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "without an enclosure no program enters the root of chroot phases: the executor fchroot"
                + " needs the enclosure of namespaces");
    assertThat(builds.events).isEmpty();
  }

  @Test
  void stepsAreCheckedInOtherCircumstances() throws Exception {
    Recipe recipe = chroot(script("a", "mkdir -p /usr/local/bin; ls / >/list"));

    CheckResult result = FFS.check(builds.request(recipe), java.util.Set.of());

    assertThat(result.succeeded()).as(result.toString()).isTrue();
  }

  /** fchroot copies an emulator and a wrapper for it into the root that it enters. */
  @Test
  void aRootOfAnotherMachineIsEnteredAndNothingIsLeftInIt() throws Exception {
    Tools.require("gcc");
    for (ForeignBusybox machine : ForeignBusybox.values()) {
      Tools.require("qemu-" + machine.arch + "-static");
    }
    ForeignBusybox.require();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Enclosed.Kind kind : Enclosed.Kind.all().filter(kind -> !kind.isHost()).toList()) {
      for (ForeignBusybox machine : ForeignBusybox.values()) {
        Path place = Files.createDirectory(directory.resolve(kind + "-" + machine));
        Path script = Files.writeString(place.resolve("fchroot.sh"), ScriptGenerator.fchroot());
        Enclosed step =
            new Enclosed(place, kind)
                .busybox(machine.file())
                .option("--emulator", machine.arch)
                // Pipes of the ordinary user's own, as those of an executor are.
                .within("bash", "-c", "\"$@\" 2>&1 | cat", "bash");
        Path program = readable(place.resolve("fchroot"));
        for (String word :
            List.of("/bin/bash", script.toString(), "step", "1", program.toString())) {
          step.option("--chroot-program", word);
        }
        Files.createSymbolicLink(step.layer.resolve("bin/uname"), Path.of("busybox"));

        List<String> lines = step.lines("uname -m; mkdir -p /usr/local/bin; ls /usr/local/bin");

        assertThat(lines.get(0)).startsWith("emulator: ");
        assertThat(lines.subList(1, lines.size())).containsExactly(machine.arch);
        try (var made = Files.walk(step.upper)) {
          assertThat(made.map(path -> step.upper.relativize(path).toString()))
              .containsExactlyInAnyOrder("", "usr", "usr/local", "usr/local/bin");
        }
      }
    }
    Path table = Path.of("/proc/sys/fs/binfmt_misc/arm-64bit");
    assertThat(table).as("the machine's own table").doesNotExist();
  }
}
