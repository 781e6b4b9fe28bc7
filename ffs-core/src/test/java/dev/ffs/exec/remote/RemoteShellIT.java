package dev.ffs.exec.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ExecutorContract, which others run on it, cannot ask of every executor. */
@Timeout(120)
class RemoteShellIT {

  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  /** A client of this machine: like ssh, it is a process beside the command that it runs. */
  private static final List<String> CLIENT = List.of("timeout", "1000");

  private static final Duration LONG = Duration.ofMinutes(10);

  /** A place that has something to say. */
  private record Cellar() implements RemotePlace {

    @Override
    public String where() {
      return "in the cellar";
    }

    @Override
    public String whatIsWrong() {
      return "the door is shut";
    }

    @Override
    public String wayOut() {
      return "let the water in";
    }
  }

  @TempDir private Path directory;

  private static RemoteShell shell(List<String> client) {
    return new RemoteShell("there", before(client), PATH);
  }

  private static UnaryOperator<List<String>> before(List<String> client) {
    return argv -> {
      List<String> whole = new ArrayList<>(client);
      whole.addAll(argv);
      return whole;
    };
  }

  private static Command script(String script) {
    return Command.of("sh", "-c", script).withEnvironment(PATH);
  }

  @Test
  void whatLoginScriptsAndTheClientSayIsNoOutputOfTheCommand() {
    List<String> lines = new ArrayList<>();

    ExitStatus status =
        shell(List.of("sh", "-c", "echo Welcome; echo careful >&2; exec \"$@\"", "sh"))
            .run(
                script("echo out; printf err >&2; exit 3"),
                (channel, line) -> lines.add(channel + " " + line),
                new Cancellation());

    assertThat(status).isEqualTo(new ExitStatus(3, End.EXITED));
    assertThat(lines).containsExactlyInAnyOrder("STDOUT out", "STDERR err");
  }

  @Test
  void emptyLinesAndUnfinishedOnesAreAsTheyWere() {
    assertThat(linesOf("printf '\\n\\na\\n\\n'")).containsExactly("", "", "a", "");
    assertThat(linesOf("printf '\\na'")).containsExactly("", "a");
    assertThat(linesOf("printf 'a\\r\\n'")).containsExactly("a");
    assertThat(linesOf(":")).isEmpty();
    // The report of the end falls on the end of a piece.
    for (int length : List.of(65536 - 20, 65536 - 1, 65536, 65536 + 1, 2 * 65536 - 20)) {
      assertThat(linesOf("head -c " + length + " /dev/zero | tr '\\0' x"))
          .extracting(String::length)
          .isEqualTo(length > 65536 ? List.of(65536, length - 65536) : List.of(length));
    }
  }

  private static List<String> linesOf(String script) {
    List<String> lines = new ArrayList<>();
    ExitStatus status =
        shell(CLIENT).run(script(script), (channel, line) -> lines.add(line), new Cancellation());
    assertThat(status.succeeded()).isTrue();
    return lines;
  }

  @Test
  void aClientThatFindsNoWayIsTold() {
    RemoteShell lost = shell(List.of("sh", "-c", "echo 'no route to host' >&2; exit 255"));

    assertThatThrownBy(() -> lost.run(script("true"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot run sh on there: there is no way there (its client: exit code 255): "
                + "no route to host; see whether this works: "
                + "sh -c 'echo '\\''no route to host'\\'' >&2; exit 255' true")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
    assertThatThrownBy(() -> lost.pull("/etc/passwd", directory.resolve("copy")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith(
            "cannot copy /etc/passwd on there to " + directory + "/copy: the way there was lost (")
        .hasMessageContaining("): no route to host; ")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  @Test
  void aPlaceIsAskedWhatIsWrongWithIt() {
    RemoteShell lost =
        new RemoteShell(new Cellar(), before(List.of("sh", "-c", "echo dark >&2; exit 4")), PATH);

    assertThatThrownBy(() -> lost.run(script("true"), (channel, line) -> {}, new Cancellation()))
        .hasMessage(
            "cannot run sh in the cellar: there is no way there (its client: exit code 4): dark;"
                + " the door is shut");
    assertThatThrownBy(() -> lost.push(Path.of("/etc/passwd"), directory + "/copy"))
        .hasMessage(
            "cannot copy /etc/passwd to "
                + directory
                + "/copy in the cellar: the way there was lost (its client: exit code 4): dark; the"
                + " door is shut");
  }

  @Test
  void aClientThatIsMissingIsNotTheCommandThatIs() {
    RemoteShell missing = new RemoteShell(new Cellar(), before(List.of("no-such-client")), PATH);

    assertThatThrownBy(() -> missing.run(script("true"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot run sh in the cellar: its client cannot be started (")
        .hasMessageContaining("no-such-client")
        .hasMessageEndingWith("); the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.NOT_STARTED);
  }

  @Test
  void aClientThatDoesNotCarryStandardInputIsToldFromACancellation() {
    RemoteShell deaf =
        new RemoteShell(new Cellar(), before(List.of("sh", "-c", "\"$@\" </dev/null", "sh")), PATH);

    assertThatThrownBy(
            () -> deaf.run(script("sleep 1000"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot run sh in the cellar: it was ended there, as its standard input ended, which"
                + " nobody here did; the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  @Test
  void whatCannotBeRunSaysWhy() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");

    assertThatNoProgram("no-such-program", "it is not in its PATH (/usr/bin:/bin)");
    assertThatNoProgram(directory + "/none", "it is not there");
    assertThatNoProgram(directory.toString(), "it is a directory");
    assertThatNoProgram(file.toString(), "it is not executable");
    // Every shell has it built in, and no file system has it as a program.
    assertThatNoProgram("unset", "it is not in its PATH (/usr/bin:/bin)");
  }

  private static void assertThatNoProgram(String program, String why) {
    assertThatThrownBy(
            () ->
                shell(CLIENT)
                    .run(
                        Command.of(program).withEnvironment(PATH),
                        (channel, line) -> {},
                        new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage("cannot run " + program + " on there: " + why)
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.PROGRAM_NOT_FOUND);
  }

  /**
   * LXD 5.0.2 does, some of the time. This one always does: it is slow to pass on what is written,
   * and passes on nothing any more when what it runs has ended.
   */
  private RemoteShell throughALossyClient() {
    String client =
        """
        d=$(mktemp -d "$1/XXXXXX")
        shift
        mkfifo "$d/out" "$d/err"
        (sleep 0.5; exec cat) <"$d/out" & out=$!
        (sleep 0.5; exec cat >&2) <"$d/err" & err=$!
        "$@" >"$d/out" 2>"$d/err"
        kill "$out" "$err"
        """;
    return shell(List.of("sh", "-c", client, "sh", directory.toString()));
  }

  @Test
  void whatAClientLosesRightBeforeTheEndIsNotLost() {
    List<String> lines = new ArrayList<>();

    ExitStatus status =
        throughALossyClient()
            .run(
                script("echo out; echo err >&2; exit 3"),
                (channel, line) -> lines.add(channel + " " + line),
                new Cancellation());

    assertThat(status).isEqualTo(new ExitStatus(3, End.EXITED));
    assertThat(lines).containsExactlyInAnyOrder("STDOUT out", "STDERR err");
    assertThatThrownBy(
            () ->
                throughALossyClient()
                    .run(Command.of("/none"), (channel, line) -> {}, new Cancellation()))
        .hasMessageEndingWith("it is not there");
  }

  @Test
  void norIsWhatACancelledCommandWritesLast() {
    Cancellation cancellation = new Cancellation();
    List<String> lines = new ArrayList<>();

    ExitStatus status =
        throughALossyClient()
            .run(
                script("trap 'echo cleaned up; exit 5' TERM; echo ready; sleep 1000 & wait"),
                (channel, line) -> {
                  if (channel == Channel.STDOUT) {
                    lines.add(line);
                    cancellation.cancel();
                  }
                },
                cancellation);

    assertThat(status).isEqualTo(new ExitStatus(5, End.CANCELLED));
    assertThat(lines).containsExactly("ready", "cleaned up");
  }

  /** It is root's, and those that are to end it are not. */
  @Test
  void processesThatCannotBeEndedAreNamedWithTheWayOut() throws Exception {
    Tools.requireRoot();
    Tools.require("setpriv");
    Path setpriv = directory.resolve("setpriv");
    assertThat(
            Tools.run(
                    directory,
                    "sh",
                    "-c",
                    "cp \"$(command -v setpriv)\" . && chmod 4755 setpriv && chmod 755 .")
                .code())
        .isZero();
    RemoteShell powerless =
        new RemoteShell(
            new Cellar(), before(List.of("setpriv", "--reuid=65534", "--clear-groups")), PATH);
    Cancellation cancellation = new Cancellation();
    List<String> pids = new ArrayList<>();

    try {
      assertThatThrownBy(
              () ->
                  powerless.run(
                      script("echo $$; exec " + setpriv + " --reuid=0 sleep 1000"),
                      (channel, line) -> {
                        pids.add(line);
                        cancellation.cancel();
                      },
                      cancellation))
          .isInstanceOf(ExecutorException.class)
          .hasMessage(
              "these processes in the cellar do not end, not even by KILL: %s; let the water in",
              pids.get(0))
          .extracting(e -> ((ExecutorException) e).reason())
          .isEqualTo(Reason.PROCESSES_LEFT);
    } finally {
      pids.forEach(
          pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  @Test
  void whatRunsThereEndsWhenTheClientIsGone() throws Exception {
    List<String> pids = new ArrayList<>();

    ExecutorException thrown =
        catchThrowableOfType(
            ExecutorException.class,
            () ->
                shell(CLIENT)
                    .run(
                        script("sleep 1000 & echo $!; echo $$; wait"),
                        (channel, line) -> {
                          pids.add(line);
                          if (pids.size() == 2) {
                            clients().forEach(ProcessHandle::destroyForcibly);
                          }
                        },
                        new Cancellation()));

    assertThat(thrown).hasMessageContaining("the way there was lost (its client: signal 9)");
    assertThat(thrown.reason()).isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(pids).hasSize(2);
    assertThatEventually(() -> pids.stream().noneMatch(RemoteShellIT::isLiving));
  }

  /** Nothing tells when a process ends that is not our own. */
  private static void assertThatEventually(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
      Thread.sleep(100);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static List<ProcessHandle> clients() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/timeout"))
        .toList();
  }

  @Test
  void whatWritesWhileItIsEndedIsHeardAndItsOwnExitCodeComesBack() {
    Cancellation cancellation = new Cancellation();
    List<String> lines = new ArrayList<>();

    ExitStatus status =
        shell(CLIENT)
            .run(
                script("trap 'echo cleaned up; exit 5' TERM; echo ready; sleep 1000 & wait"),
                (channel, line) -> {
                  if (channel == Channel.STDOUT) {
                    lines.add(line);
                    cancellation.cancel();
                  }
                },
                cancellation);

    assertThat(status).isEqualTo(new ExitStatus(5, End.CANCELLED));
    assertThat(lines).containsExactly("ready", "cleaned up");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash", "busybox sh"})
  void everyCommonShellWillDo(String name) {
    List<String> program = List.of(name.split(" ", -1));
    Tools.require(program.get(0));
    RemoteShell shell =
        new RemoteShell(
            "there",
            argv ->
                Stream.of(CLIENT, program, argv.subList(1, argv.size()))
                    .flatMap(List::stream)
                    .toList(),
            PATH);
    Cancellation cancellation = new Cancellation();
    List<String> pids = new ArrayList<>();

    ExitStatus status =
        shell.run(
            script("trap '' TERM; (setsid sleep 1000 & echo $!); sleep 1000 & echo $!; wait"),
            (channel, line) -> {
              // On standard error the shell may report the end of its children.
              if (channel == Channel.STDOUT) {
                pids.add(line);
              }
              if (pids.size() == 2) {
                cancellation.cancel();
              }
            },
            cancellation);

    assertThat(status).isEqualTo(new ExitStatus(128 + 9, End.CANCELLED));
    assertThat(pids).hasSize(2).noneMatch(RemoteShellIT::isLiving);
  }

  /** Whether a process is there and no zombie, which nobody may reap: that has no arguments. */
  private static boolean isLiving(String pid) {
    try {
      return !Files.readString(Path.of("/proc", pid, "cmdline")).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theScriptThatGoesThereHasNoFaultThatShellcheckKnows() throws Exception {
    Tools.require("shellcheck");
    Path script = Path.of("src/main/resources/dev/ffs/exec/remote/run.sh").toAbsolutePath();

    assertThat(Tools.run(directory, "shellcheck", "-s", "sh", script.toString()).output())
        .isEmpty();
  }

  @Test
  void whatIsCancelledOnItsWayThereIsGivenUp() throws Exception {
    Cancellation cancellation = new Cancellation();
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    RemoteShell impatient =
        new RemoteShell(
            new Cellar(),
            before(
                List.of("sh", "-c", "echo connecting >\"$0\"; exec sleep 1000", pipe.toString())),
            PATH,
            Duration.ofMillis(100),
            LONG);
    Thread canceller = new Thread(() -> cancelWhenWritten(pipe, cancellation));
    canceller.start();

    ExitStatus status = impatient.run(script("true"), (channel, line) -> {}, cancellation);

    canceller.join();
    assertThat(status.end()).isEqualTo(End.CANCELLED);
  }

  private static void cancelWhenWritten(Path pipe, Cancellation cancellation) {
    try {
      assertThat(Files.readString(pipe)).isEqualTo("connecting\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cancellation.cancel();
    }
  }

  @Test
  void anInterruptBeforehandStartsNothing() {
    Thread.currentThread().interrupt();

    ExitStatus status =
        shell(List.of("no-such-client"))
            .run(script("true"), (channel, line) -> {}, new Cancellation());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(status.end()).isEqualTo(End.CANCELLED);
  }

  @Test
  void aProgramThatEnvWouldTakeForAVariableIsRefused() {
    assertThatThrownBy(
            () ->
                shell(CLIENT)
                    .run(Command.of("/bin/a=b"), (channel, line) -> {}, new Cancellation()))
        .isInstanceOf(ExecutorException.class)
        .hasMessage("cannot run /bin/a=b: env would take it for a variable; give it another name")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.NOT_STARTED);
  }

  @Test
  void treesAreCopied() throws Exception {
    Path tree = Files.createDirectories(directory.resolve("tree/deep"));
    Files.writeString(tree.resolve("file"), "text");

    shell(CLIENT).push(tree.getParent(), directory + "/there/tree");
    shell(CLIENT).pull(directory + "/there/tree/deep/file", directory.resolve("back"));

    assertThat(directory.resolve("back")).hasContent("text");
  }

  // Copies by clients that fail at their end

  private static RemoteShell through(String script, Duration silence, String... arguments) {
    List<String> client = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    client.addAll(List.of(arguments));
    return new RemoteShell(new Cellar(), before(client), PATH, LONG, silence);
  }

  private Path someTree() throws IOException {
    Path tree = Files.createDirectories(directory.resolve("tree/deep"));
    Files.writeString(tree.resolve("file"), "text");
    Files.write(tree.resolve("big"), new byte[3_000_000]);
    return tree.getParent();
  }

  /** Copies a tree there, and back to another place. */
  private void assertThatItCopiesTheWhole(RemoteShell shell) throws Exception {
    shell.push(someTree(), directory + "/there/tree");
    assertThatItIsWhole(directory.resolve("there/tree"));

    shell.pull(directory + "/there/tree", directory.resolve("back"));
    assertThatItIsWhole(directory.resolve("back"));
  }

  private void assertThatItIsWhole(Path tree) {
    assertThat(tree.resolve("deep/file")).hasContent("text");
    assertThat(tree.resolve("deep/big")).hasSize(3_000_000);
  }

  /** LXD 5.0.2 now and then waits for ever for the news, and it does not heed TERM. */
  private static RemoteShell throughAClientThatNeverEnds() {
    return through("trap '' TERM; \"$@\"; exec sleep 1000", LONG);
  }

  @Test
  void aCopyDoesNotWaitForAClientThatNeverEnds() throws Exception {
    throughAClientThatNeverEnds().push(someTree(), directory + "/there/tree");
    assertThatItIsWhole(directory.resolve("there/tree"));

    throughAClientThatNeverEnds().pull(directory + "/there/tree", directory.resolve("back"));
    assertThatItIsWhole(directory.resolve("back"));
  }

  @Test
  void norDoesOneThatFails() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");

    assertThatThrownBy(() -> throughAClientThatNeverEnds().push(file, file + "/below"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot copy " + file + " to " + file + "/below in the cellar: ")
        .hasMessageContaining("File exists")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThatThrownBy(
            () -> throughAClientThatNeverEnds().pull(directory + "/none", directory.resolve("x")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("none: Cannot stat: No such file or directory")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
  }

  /** As ssh does. */
  @Test
  void whatAClientSaysOfItsOwnEndIsNoReason() {
    RemoteShell ssh =
        through("trap 'echo Killed by signal 15. >&2; exit 255' TERM; \"$@\" & wait", LONG);

    assertThatThrownBy(() -> ssh.pull(directory + "/none", directory.resolve("x")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("none: Cannot stat: No such file or directory")
        .hasMessageNotContaining("Killed");
  }

  @Test
  void aCopyThroughALossyClientIsWhole() throws Exception {
    throughALossyClient().push(someTree(), directory + "/there/tree");
    assertThatItIsWhole(directory.resolve("there/tree"));

    throughALossyClient().pull(directory + "/there/tree", directory.resolve("back"));
    assertThatItIsWhole(directory.resolve("back"));
  }

  /** Even a whole archive, with which tar here is content. */
  @Test
  void anArchiveWithoutTheWordOfWhatMadeItIsNoCopy() throws Exception {
    RemoteShell liar = through("exec tar -C \"$1\" -c -f - .", LONG, someTree().toString());

    assertThatThrownBy(() -> liar.pull("/tree", directory.resolve("back")))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot copy /tree in the cellar to "
                + directory
                + "/back: the way there was lost (its client: exit code 0); the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  /** The mark on one channel does not vouch for what came on the other. */
  @Test
  void anArchiveWhoseEndIsMissingIsNoCopy() throws Exception {
    RemoteShell cutter = through("{ \"$@\"; } | { head -c 1024; cat >/dev/null; }", LONG);

    assertThatThrownBy(() -> cutter.pull(someTree().toString(), directory.resolve("back")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("/back: the way there was lost (its client: exit code 0)")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  @Test
  void aPushOfWhichNoWordComesBackIsNoCopy() throws Exception {
    RemoteShell mute = through("cat >/dev/null", LONG);

    assertThatThrownBy(() -> mute.push(someTree(), "/tree"))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot copy "
                + directory
                + "/tree to /tree in the cellar: the way there was lost (its client: exit code 0);"
                + " the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  /** For tar there is nothing wrong with such an archive. */
  @Test
  void aPushThatIsCutBetweenTwoFilesIsNoCopy() throws Exception {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    for (String name : List.of("a", "b")) {
      Path file = Files.writeString(tree.resolve(name), "text");
      // Then a header is of one block.
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    }
    Files.setLastModifiedTime(tree, FileTime.fromMillis(1_000_000_000_000L));
    RemoteShell cutter = through("{ head -c 1536; cat >/dev/null; } | \"$@\"", LONG);

    assertThatThrownBy(() -> cutter.push(tree, directory + "/there/tree"))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot copy "
                + tree
                + " to "
                + directory
                + "/there/tree in the cellar: of 10240 bytes 1536 arrived; the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
    assertThat(directory.resolve("there/tree").toFile().list()).as("what was unpacked").hasSize(1);
  }

  @Test
  void whatLoginScriptsSayIsNoPartOfAnArchive() throws Exception {
    RemoteShell polite = through("echo Welcome; echo careful >&2; exec \"$@\"", LONG);

    assertThatItCopiesTheWhole(polite);
  }

  @Test
  void ofManyWordsTheFirstAndTheLastAreTold() {
    RemoteShell talkative = through("seq 1000 >&2; exit 4", LONG);

    assertThatThrownBy(() -> talkative.pull("/tree", directory.resolve("back")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("exit code 4): 1; 2; ")
        .hasMessageEndingWith(
            "; 10; (980 more lines); 991; 992; 993; 994; 995; 996; 997; 998; 999; 1000; the door is"
                + " shut");
  }

  /** It would take longer than this test may. */
  @Test
  void whatHasNoWayThereIsNotReadToItsEnd() throws Exception {
    Path huge = directory.resolve("huge");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(4L << 40);
    }

    assertThatThrownBy(() -> through("head -c 100000 >/dev/null; exit 4", LONG).push(huge, "/x"))
        .hasMessageContaining("the way there was lost (its client: exit code 4)");
  }

  @Test
  void aCopyThatStandsStillIsGivenUp() throws Exception {
    Path tree = someTree();
    RemoteShell frozen = through("echo brr >&2; exec sleep 1000", Duration.ofSeconds(1));

    assertThatThrownBy(() -> frozen.push(tree, "/tree"))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot copy "
                + tree
                + " to /tree in the cellar: nothing moved for 1 s, so it was given up: brr;"
                + " the door is shut")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
    assertThatThrownBy(() -> frozen.pull("/tree", directory.resolve("back")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("nothing moved for 1 s, so it was given up: brr; the door")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.TRANSPORT_LOST);
  }

  /** What is written to the client waits as long as that one has its input, and reads nothing. */
  @Test
  void noCopyWaitsForAProcessThatTheClientHasLeft() throws Exception {
    Path pid = directory.resolve("pid");
    RemoteShell shell =
        new RemoteShell(
            new Cellar(),
            before(
                List.of(
                    "sh",
                    "-c",
                    "(sleep 1000 <&3 >/dev/null 2>&1 & echo $! >\"$0\") 3<&0; exec sleep 1000",
                    pid.toString())),
            PATH,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));

    try {
      assertThatThrownBy(() -> shell.push(someTree(), "/tree"))
          .isInstanceOf(ExecutorException.class)
          .hasMessageEndingWith("nothing moved for 1 s, so it was given up; the door is shut")
          .extracting(e -> ((ExecutorException) e).reason())
          .isEqualTo(Reason.TRANSPORT_LOST);
      assertThat(isLiving(Files.readString(pid).strip())).isTrue();
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** It takes some seconds, but there is none in which nothing moves. */
  @Test
  void aSlowCopyIsNotGivenUp() throws Exception {
    Path tree = someTree();
    String slowly =
        """
        log=$1
        shift
        "$@" | while dd bs=65536 count=1 2>"$log"; ! grep -q '^0+0' "$log"; do
          sleep 0.1
        done""";

    through(slowly, Duration.ofSeconds(1), directory.resolve("dd").toString())
        .pull(tree.toString(), directory.resolve("back"));

    assertThatItIsWhole(directory.resolve("back"));
  }

  @Test
  void anInterruptEndsACopy() {
    RemoteShell frozen = through("exec sleep 1000", LONG);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> frozen.pull("/tree", directory.resolve("back")))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot copy /tree in the cellar to " + directory + "/back: it was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aClientThatIsMissingIsToldByACopy() {
    RemoteShell missing = new RemoteShell(new Cellar(), before(List.of("no-such-client")), PATH);

    for (ThrowingCallable copy :
        List.<ThrowingCallable>of(
            () -> missing.push(Path.of("/etc/passwd"), "/x"),
            () -> missing.pull("/etc/passwd", directory.resolve("x")))) {
      assertThatThrownBy(copy)
          .isInstanceOf(ExecutorException.class)
          .hasMessageContaining(": its client cannot be started (cannot run no-such-client: ")
          .hasMessageEndingWith("); the door is shut")
          .extracting(e -> ((ExecutorException) e).reason())
          .isEqualTo(Reason.NOT_STARTED);
    }
  }

  @Test
  void aNameThatIsNotTextCannotBeCopiedByItself() throws Exception {
    Path odd = Path.of(URI.create(directory.toUri() + "odd%FF"));
    Files.writeString(odd, "text");

    assertThatThrownBy(() -> shell(CLIENT).push(odd, directory + "/x"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("the name is not UTF-8: ");
  }

  /** The name of one is not text, and what it would become as text is another one's. */
  @Test
  void norCanOneBeMadeHere() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");
    Path odd = Path.of(URI.create(directory.toUri() + "odd%FF"));

    assertThatThrownBy(() -> shell(CLIENT).pull(file.toString(), odd))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("the name is not UTF-8: ")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThat(directory).isDirectoryNotContaining("glob:**odd*");
  }

  /** As an argument of tar. */
  @Test
  void aNameThatLooksEscapedIsTakenAsItIs() throws Exception {
    Path file = Files.writeString(directory.resolve("a\\nb"), "text");
    Files.writeString(directory.resolve("a\nb"), "another one");

    shell(CLIENT).push(file, directory + "/there/x\\ty");
    shell(CLIENT).pull(directory + "/there/x\\ty", directory.resolve("back"));

    assertThat(directory.resolve("back")).hasContent("text");
  }

  /** They would leave files out, and nobody would say so. */
  @Test
  void theOptionsThatSomebodyGivesToHisTarChangeNoCopy() throws Exception {
    RemoteShell shell =
        new RemoteShell(
            new Cellar(),
            before(CLIENT),
            Map.of("PATH", "/usr/bin:/bin", "TAR_OPTIONS", "--exclude=file"));

    assertThatItCopiesTheWhole(shell);
  }

  @Test
  void theRootIsNoPlaceToCopyTo() {
    assertThatThrownBy(() -> shell(CLIENT).push(directory, "/"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nothing can be copied to /");
  }
}
