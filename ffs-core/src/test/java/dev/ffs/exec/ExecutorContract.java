package dev.ffs.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus.End;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each executor does, ours and third parties'. A suite extends this class and says how to make
 * the executor; it needs sh, coreutils and setsid where the executor runs commands.
 */
@Timeout(120)
public abstract class ExecutorContract {

  private static final Map<String, String> PATH =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "LC_ALL", "C");

  /** Long enough for a loaded machine, far shorter than what the commands would take. */
  private static final Duration SOON = Duration.ofSeconds(30);

  /** A directory of this machine. */
  @TempDir protected Path here;

  private Executor executor;
  private String there;

  /** Makes the executor that is tested. */
  protected abstract Executor newExecutor() throws IOException;

  @BeforeEach
  void makeExecutorAndDirectory() throws IOException {
    executor = newExecutor();
    there = text(shell("mktemp -d"));
  }

  @AfterEach
  void removeDirectoryAndExecutor() {
    if (there != null) {
      run(Command.of("rm", "-rf", "--", there));
    }
    executor.close();
  }

  // How it ends

  @Test
  void exitCodesComeBackAsTheyAre() {
    for (int code : List.of(0, 1, 2, 42, 127, 128, 255)) {
      ExitStatus status = run(shell("exit " + code)).status;

      assertThat(status).isEqualTo(new ExitStatus(code, End.EXITED));
      assertThat(status.succeeded()).isEqualTo(code == 0);
    }
  }

  @Test
  void aSignalIsTold() {
    assertThat(run(shell("kill -TERM $$")).status.signal()).contains(15);
    assertThat(run(shell("kill -KILL $$")).status.signal()).contains(9);
    assertThat(run(shell("kill -SEGV $$")).status.signal()).contains(11);
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> run(Command.of("no-such-program").withEnvironment(PATH)))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("no-such-program")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.PROGRAM_NOT_FOUND);
    assertThatThrownBy(() -> run(Command.of("/no/such/program").withEnvironment(PATH)))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("/no/such/program")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.PROGRAM_NOT_FOUND);
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> run(shell("pwd").withDirectory(there + "/missing")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining(there + "/missing")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.NOT_STARTED);
  }

  // What it says

  @Test
  void theChannelsStayApart() {
    Result result = run(shell("echo out; echo err >&2; echo more"));

    assertThat(result.out).containsExactly("out", "more");
    assertThat(result.err).containsExactly("err");
  }

  @Test
  void linesOfOneChannelKeepTheirOrder() {
    Result result =
        run(shell("i=0; while [ $i -lt 20000 ]; do echo $i; echo e$i >&2; i=$((i+1)); done"));

    assertThat(result.out)
        .isEqualTo(IntStream.range(0, 20000).mapToObj(Integer::toString).toList());
    assertThat(result.err).isEqualTo(IntStream.range(0, 20000).mapToObj(i -> "e" + i).toList());
  }

  @Test
  void aLineComesWhileTheCommandStillRuns() {
    Cancellation cancellation = new Cancellation();

    // The command never ends: only the line itself can lead to its end.
    ExitStatus status =
        executor.run(
            shell("echo first; sleep 1000"),
            (channel, line) -> cancellation.cancel(),
            cancellation);

    assertThat(status.end()).isEqualTo(End.CANCELLED);
  }

  @Test
  void everyWayToEndALineIsKnown() {
    Result result = run(shell("printf 'a\\nb\\r\\n10%%\\r20%%\\r\\n\\nlast'"));

    assertThat(result.out).containsExactly("a", "b", "10%", "20%", "", "last");
  }

  @Test
  void textIsUtf8AndOtherBytesAreReplaced() {
    Result result = run(shell("printf '\\303\\274\\360\\237\\220\\247\\n\\377x\\n'"));

    assertThat(result.out).containsExactly("ü🐧", "\ufffdx");
  }

  @Test
  void twoHundredMegabytesComeThrough() {
    AtomicLong bytes = new AtomicLong();
    AtomicLong lines = new AtomicLong();
    ExitStatus status =
        executor.run(
            shell("yes 123456789012345678901234567890123456789 | head -c 200000000"),
            (channel, line) -> {
              lines.incrementAndGet();
              bytes.addAndGet(line.length() + 1);
            },
            new Cancellation());

    assertThat(status.succeeded()).isTrue();
    assertThat(lines).hasValue(5_000_000);
    assertThat(bytes).hasValue(200_000_000);
  }

  @Test
  void aLineWithoutEndComesInPieces() {
    AtomicLong bytes = new AtomicLong();
    AtomicInteger longest = new AtomicInteger();
    ExitStatus status =
        executor.run(
            shell("head -c 50000000 /dev/zero | tr '\\0' x"),
            (channel, line) -> {
              longest.accumulateAndGet(line.length(), Math::max);
              bytes.addAndGet(line.length());
            },
            new Cancellation());

    assertThat(status.succeeded()).isTrue();
    assertThat(bytes).hasValue(50_000_000);
    assertThat(longest).hasValue(OutputSink.MAX_LINE_BYTES);
  }

  @Test
  void aSinkThatThrowsIsReportedWhenTheCommandHasEnded() {
    AtomicInteger calls = new AtomicInteger();
    IllegalStateException failure = new IllegalStateException("disk full");

    ExecutorException thrown =
        catchThrowableOfType(
            ExecutorException.class,
            () ->
                executor.run(
                    shell("seq 100000; touch \"$1\"", there + "/done"),
                    (channel, line) -> {
                      calls.incrementAndGet();
                      throw failure;
                    },
                    new Cancellation()));

    assertThat(thrown.reason()).isEqualTo(Reason.SINK);
    assertThat(thrown).hasCause(failure).hasMessageContaining("disk full");
    assertThat(calls).hasValue(1);
    assertThat(run(Command.of("test", "-e", there + "/done")).status.succeeded()).isTrue();
  }

  @Test
  void aProcessLeftInTheBackgroundDoesNotDelayTheReturn() {
    long start = System.nanoTime();

    Result result = run(shell("sleep 1000 & echo $!; printf prompt"));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(result.status.succeeded()).isTrue();
    assertThat(result.out).hasSize(2).element(1).isEqualTo("prompt");
    assertThat(run(shell("kill " + result.out.get(0))).status.succeeded())
        .as("it was left alone")
        .isTrue();
  }

  // What it sees

  @Test
  void standardInputIsEmpty() {
    Result result = run(shell("cat; echo read to the end"));

    assertThat(result.out).containsExactly("read to the end");
  }

  @Test
  void theEnvironmentIsExact() {
    Map<String, String> environment = new HashMap<>(PATH);
    environment.put("EMPTY", "");
    environment.put("ODD", " a  b='\"$HOME`*\\ ");
    environment.put("FFS_ü", "ü");

    Result result = run(Command.of("env").withEnvironment(environment));

    assertThat(result.out)
        .containsExactlyInAnyOrderElementsOf(
            environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  @Test
  void withoutAnEnvironmentThereIsNone() {
    assertThat(run(Command.of("env")).out).isEmpty();
  }

  @Test
  void programsAreLookedForInThePathOfTheCommand() {
    run(shell("printf '#!/bin/sh\\necho mine\\n' > \"$1\"/ls; chmod +x \"$1\"/ls", there));

    assertThat(
            run(Command.of("ls").withEnvironment(Map.of("PATH", "/nowhere:" + there + ":/bin")))
                .out)
        .containsExactly("mine");
  }

  @Test
  void argumentsAreExact() {
    List<String> odd =
        List.of(
            "",
            " ",
            "a b",
            "'",
            "\"",
            "'\"",
            "\"quoted\"",
            "$HOME",
            "${x}",
            "*",
            "-n",
            "\\",
            "a\\b",
            "ü🐧",
            "#",
            ";",
            "tab\there",
            "~");
    List<String> argv = new ArrayList<>(List.of("printf", "[%s]\\n"));
    argv.addAll(odd);

    Result result = run(new Command(argv, PATH, null, null));

    assertThat(result.out).isEqualTo(odd.stream().map(a -> "[" + a + "]").toList());
    assertThat(run(shell("printf %s \"$1\"", "two\nlines")).out).containsExactly("two", "lines");
  }

  @Test
  void itRunsInItsDirectory() {
    run(Command.of("mkdir", there + "/a b"));

    assertThat(run(shell("pwd -P").withDirectory(there + "/a b")).out)
        .containsExactly(text(shell("cd \"$1\" && pwd -P", there)) + "/a b");
  }

  @Test
  void severalCommandsRunAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Result>> results = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        String number = Integer.toString(i);
        results.add(threads.submit(() -> run(shell("seq 1000; echo $1 >&2; exit $1", number))));
      }
      for (int i = 0; i < 32; i++) {
        Result result = results.get(i).get();
        assertThat(result.status.code()).isEqualTo(i);
        assertThat(result.out).hasSize(1000);
        assertThat(result.err).containsExactly(Integer.toString(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  // How it is ended

  private static final String FAMILY =
      "sleep 1000 & echo $!\n" // a child
          + "sh -c 'sleep 1000 & echo $!; wait' &\n" // a grandchild
          + "setsid sleep 1000 & echo $!\n" // one in a session of its own
          + "(setsid sleep 1000 & echo $!)\n" // one whose parent has ended
          + "echo $$\n"; // the command itself

  @Test
  void cancellationEndsTheWholeTree() {
    assertThatTreeEndsOnCancel(FAMILY + "wait");
  }

  @Test
  void cancellationEndsWhatIgnoresIt() {
    ExitStatus status = assertThatTreeEndsOnCancel("trap '' TERM\n" + FAMILY + "wait");

    assertThat(status.signal()).contains(9);
  }

  private ExitStatus assertThatTreeEndsOnCancel(String script) {
    Cancellation cancellation = new Cancellation();
    List<String> pids = new ArrayList<>();
    long start = System.nanoTime();

    ExitStatus status =
        executor.run(
            shell(script),
            (channel, line) -> {
              pids.add(line);
              if (pids.size() == 5) {
                cancellation.cancel();
              }
            },
            cancellation);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(status.end()).isEqualTo(End.CANCELLED);
    assertThat(status.succeeded()).isFalse();
    assertThat(pids).hasSize(5);
    assertThat(living(pids)).isEmpty();
    return status;
  }

  @Test
  void aTimeoutEndsTheWholeTree() {
    long start = System.nanoTime();

    Result result = run(shell(FAMILY + "wait").withTimeout(Duration.ofSeconds(2)));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(result.status.end()).isEqualTo(End.TIMED_OUT);
    assertThat(result.out).hasSize(5);
    assertThat(living(result.out)).isEmpty();
  }

  @Test
  void aTimeoutThatIsNotReachedChangesNothing() {
    assertThat(run(shell("exit 3").withTimeout(Duration.ofHours(1))).status)
        .isEqualTo(new ExitStatus(3, End.EXITED));
  }

  @Test
  void whatIsCancelledBeforehandIsNotStarted() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    ExitStatus status =
        executor.run(shell("touch \"$1\"", there + "/done"), (channel, line) -> {}, cancellation);

    assertThat(status.end()).isEqualTo(End.CANCELLED);
    assertThat(run(Command.of("test", "-e", there + "/done")).status.code()).isEqualTo(1);
  }

  @Test
  void anInterruptIsACancellation() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    List<String> pids = new ArrayList<>();
    List<Object> outcome = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              outcome.add(
                  executor
                      .run(
                          shell("echo $$; sleep 1000"),
                          (channel, line) -> {
                            pids.add(line);
                            started.countDown();
                          },
                          new Cancellation())
                      .end());
              outcome.add(Thread.currentThread().isInterrupted());
            });
    thread.start();
    assertThat(started.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

    thread.interrupt();
    thread.join(SOON.toMillis());

    assertThat(outcome).containsExactly(End.CANCELLED, true);
    assertThat(living(pids)).isEmpty();
  }

  // Files

  @Test
  void treesGoThereAndBackAsTheyAre() throws IOException {
    Path tree = oddTree();

    executor.push(tree, there + "/parent/tree");
    executor.pull(there + "/parent/tree", here.resolve("other/back"));

    assertThat(listing(here.resolve("other/back"))).isEqualTo(listing(tree));
    assertThat(listing(tree)).hasSizeGreaterThan(10);
  }

  @Test
  void whatWasPushedIsThere() throws IOException {
    Files.writeString(here.resolve("-f"), "one\n");

    executor.push(here.resolve("-f"), there + "/a b");

    assertThat(run(Command.of("cat", there + "/a b")).out).containsExactly("one");
  }

  @Test
  void whatWasMadeThereComesBack() throws IOException {
    run(shell("printf two > \"$1/n\"; ln -s n \"$1/l\"; chmod 700 \"$1\"", there));

    executor.pull(there, here.resolve("back"));

    assertThat(Files.readString(here.resolve("back/n"))).isEqualTo("two");
    assertThat(Files.readSymbolicLink(here.resolve("back/l"))).isEqualTo(Path.of("n"));
    assertThat(listing(here.resolve("back"))).containsKey("");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(here.resolve("back"))))
        .isEqualTo("rwx------");
  }

  @Test
  void pushingAgainReplacesFilesAndKeepsOthers() throws IOException {
    Path tree = Files.createDirectory(here.resolve("tree"));
    Files.writeString(tree.resolve("file"), "old");
    executor.push(tree, there + "/tree");
    run(
        shell(
            "cd \"$1\"; echo kept > other; echo kept > outside; rm tree/file; "
                + "ln -s ../outside tree/file; mv other tree",
            there));

    Files.writeString(tree.resolve("file"), "new");
    executor.push(tree, there + "/tree");

    assertThat(run(shell("cd \"$1\"; cat outside tree/other tree/file", there)).out)
        .containsExactly("kept", "kept", "new");
  }

  @Test
  void whatIsNotThereCannotBeCopied() {
    assertThatThrownBy(() -> executor.push(here.resolve("missing"), there + "/x"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("missing")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThatThrownBy(() -> executor.pull(there + "/missing", here.resolve("x")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("missing")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
  }

  @Test
  void pathsThereAreAbsolute() {
    assertThatThrownBy(() -> executor.push(here, "relative"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("relative");
    assertThatThrownBy(() -> executor.pull("relative", here))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("relative");
  }

  @Test
  void itHasAName() {
    assertThat(executor.name()).matches("[a-z]+");
  }

  private Path oddTree() throws IOException {
    Path tree = Files.createDirectory(here.resolve("tree"));
    for (String name :
        List.of("plain", "with space", "new\nline", "-dash", "ünï🐧", "'q\"", "*", "\\", ".dot")) {
      Files.writeString(tree.resolve(name), "content of " + name);
    }
    Path deep = Files.createDirectories(tree.resolve("deep/-er/empty"));
    Files.write(deep.resolveSibling("binary"), new byte[] {0, (byte) 0xff, '\n', 0});
    Files.createSymbolicLink(tree.resolve("link"), Path.of("deep/-er"));
    Files.createSymbolicLink(tree.resolve("dangling"), Path.of("/no/such/thing"));
    Files.setPosixFilePermissions(
        tree.resolve("plain"), PosixFilePermissions.fromString("r-x-w---x"));
    Files.setPosixFilePermissions(deep, PosixFilePermissions.fromString("rwxr-x---"));
    Files.setAttribute(tree.resolve("-dash"), "unix:mode", 04755);
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(tree.resolve("plain"), old);
    Files.setLastModifiedTime(deep, old);
    Files.setLastModifiedTime(tree, old);
    return tree;
  }

  /** Everything of a tree that a copy keeps, by path relative to it. */
  private static Map<String, String> listing(Path tree) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            return add(path, attributes, "directory");
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            return add(
                path,
                attributes,
                attributes.isSymbolicLink()
                    ? "link to " + Files.readSymbolicLink(path)
                    : new String(Files.readAllBytes(path), UTF_8));
          }

          private FileVisitResult add(Path path, BasicFileAttributes attributes, String content)
              throws IOException {
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            long seconds = attributes.lastModifiedTime().toMillis() / 1000;
            found.put(
                tree.relativize(path).toString(),
                Integer.toOctalString((int) mode)
                    + (attributes.isSymbolicLink() ? "" : " " + seconds)
                    + " "
                    + content);
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  // Helpers

  private record Result(ExitStatus status, List<String> out, List<String> err) {}

  private Result run(Command command) {
    Result result = new Result(null, new ArrayList<>(), new ArrayList<>());
    ExitStatus status =
        executor.run(
            command,
            (channel, line) -> (channel == Channel.STDOUT ? result.out : result.err).add(line),
            new Cancellation());
    return new Result(status, result.out, result.err);
  }

  private String text(Command command) {
    Result result = run(command);
    assertThat(result.status.succeeded()).as(result.toString()).isTrue();
    return String.join("\n", result.out);
  }

  /** Runs a script whose {@code $1}... are the arguments. */
  private static Command shell(String script, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
    argv.addAll(List.of(arguments));
    return new Command(argv, PATH, null, null);
  }

  /** Those of the processes that are there and no zombies, which nobody may reap. */
  private List<String> living(List<String> pids) {
    String script =
        "for p; do if [ -e /proc/$p ] && ! grep -q '^State:.Z' /proc/$p/status; "
            + "then echo $p; fi; done";
    return run(shell(script, pids.toArray(String[]::new))).out;
  }
}
