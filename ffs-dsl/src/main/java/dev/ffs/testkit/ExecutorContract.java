package dev.ffs.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import dev.ffs.script.Shell;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every executor does, ours and third parties'. A suite extends this class, says how to make
 * its executor, and is run by JUnit:
 *
 * <pre>{@code
 * class MyExecutorIT extends ExecutorContract {
 *   protected Executor newExecutor() {
 *     return new MyExecutor("host");
 *   }
 *
 *   protected void loseTransport(Executor executor) {
 *     // end what carries its commands there
 *   }
 * }
 * }</pre>
 *
 * <p>The tests reach the place where commands run through the executor only. They need there: a
 * Linux system with /proc, sh, coreutils, grep and setsid; here: the program {@code script} of
 * util-linux, and a character set of UTF-8 ({@code LC_ALL=C.UTF-8}), since Java cannot pass on odd
 * names in others. Each test makes an executor and a directory there, and removes both.
 *
 * <p>The tests cannot be overridden: an executor that fails one does not fulfil the contract.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@Timeout(300)
public abstract class ExecutorContract {

  private static final Map<String, String> PATH =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "LC_ALL", "C");

  /** Long enough for a loaded machine, far shorter than what the commands would take. */
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Seconds after which a command ends by itself, if nobody can end it. */
  private static final int UNATTENDED = 200;

  private Path here;
  private Executor executor;
  private @Nullable String directoryThere;

  /** For subclasses. */
  protected ExecutorContract() {}

  /**
   * Makes the executor that is tested, ready to run commands, also after {@link #loseTransport}.
   *
   * @return an executor that the suite will close
   * @throws Exception if that fails; the test fails then
   */
  protected abstract Executor newExecutor() throws Exception;

  /**
   * Returns where there the suite may make directories of its own.
   *
   * @return absolute path, there, of a directory that exists; {@code /tmp} unless overridden
   */
  protected String baseDirectory() {
    return "/tmp";
  }

  /**
   * Returns whether there is something between this machine and the commands that can be lost: a
   * connection, a container.
   *
   * @return true unless overridden, and then {@link #loseTransport} must be, too; false only for
   *     executors whose commands are processes of this machine
   */
  protected boolean hasTransport() {
    return true;
  }

  /**
   * Breaks the way to a command that is running: stops the container, kills the client program.
   *
   * @param executor what {@link #newExecutor} made; a thread is waiting in its {@code run}
   * @throws Exception if that fails; the test fails then
   */
  protected void loseTransport(Executor executor) throws Exception {
    throw new AssertionError(
        getClass().getName()
            + " must override loseTransport, or hasTransport if "
            + executor.name()
            + " has none to lose");
  }

  /**
   * Returns the directory of the running test here.
   *
   * @return absolute path of a directory that is removed after the test
   */
  protected final Path here() {
    return here;
  }

  /**
   * Returns the directory of the running test there.
   *
   * @return absolute path, there, of a directory that is removed after the test
   */
  protected final String there() {
    if (directoryThere == null) {
      throw new IllegalStateException("there is a directory only while a test runs");
    }
    return directoryThere;
  }

  /**
   * Returns the executor of the running test.
   *
   * @return what {@link #newExecutor} made last
   */
  protected final Executor executor() {
    return executor;
  }

  @BeforeEach
  void makeExecutorAndDirectory(@TempDir Path directoryHere) throws Exception {
    here = directoryHere;
    executor = newExecutor();
    directoryThere = text(shell("mktemp -d \"$1/ffs-contract.XXXXXX\"", baseDirectory()));
  }

  @AfterEach
  void removeDirectoryAndExecutor() {
    try {
      if (directoryThere != null) {
        // A tree may hold directories that forbid it.
        text(shell("chmod -R u+rwx \"$1\" && rm -rf -- \"$1\"", directoryThere));
      }
    } finally {
      directoryThere = null;
      executor.close();
    }
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
    assertThatThrownBy(() -> run(shell("pwd").withDirectory(there() + "/missing")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining(there() + "/missing")
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
                    shell("seq 100000; touch \"$1\"", there() + "/done"),
                    (channel, line) -> {
                      calls.incrementAndGet();
                      throw failure;
                    },
                    new Cancellation()));

    assertThat(thrown.reason()).isEqualTo(Reason.SINK);
    assertThat(thrown).hasCause(failure).hasMessageContaining("disk full");
    assertThat(calls).hasValue(1);
    assertThat(run(Command.of("test", "-e", there() + "/done")).status.succeeded()).isTrue();
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

    Command lines =
        new Command(
            List.of("/bin/sh", "-c", "printf %s \"$LINES_\""),
            Map.of("LINES_", "two\nlines"),
            null,
            null);
    assertThat(run(lines).out).containsExactly("two", "lines");
  }

  @Test
  void withoutAnEnvironmentThereIsNone() {
    assertThat(run(Command.of("env")).out).isEmpty();
  }

  @Test
  void programsAreLookedForInThePathOfTheCommand() {
    run(shell("printf '#!/bin/sh\\necho mine\\n' > \"$1\"/ls; chmod +x \"$1\"/ls", there()));

    assertThat(
            run(Command.of("ls").withEnvironment(Map.of("PATH", "/nowhere:" + there() + ":/bin")))
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
    run(Command.of("mkdir", there() + "/a b"));

    assertThat(run(shell("pwd -P").withDirectory(there() + "/a b")).out)
        .containsExactly(text(shell("cd \"$1\" && pwd -P", there())) + "/a b");
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
              // A shell may have something to say on standard error about the end of its children.
              if (channel == Channel.STDOUT) {
                pids.add(line);
              }
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

    Result result = run(shell(FAMILY + "wait").withTimeout(Duration.ofSeconds(5)));

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
        executor.run(shell("touch \"$1\"", there() + "/done"), (channel, line) -> {}, cancellation);

    assertThat(status.end()).isEqualTo(End.CANCELLED);
    assertThat(run(Command.of("test", "-e", there() + "/done")).status.code()).isEqualTo(1);
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

  // How it fails

  @Test
  void aLostTransportIsReported() throws Exception {
    if (!hasTransport()) {
      assertThat(executor.directory())
          .as("what has files of its own has a way to them, which can be lost")
          .isEmpty();
      return;
    }
    Executor lost = executor;
    CountDownLatch started = new CountDownLatch(1);
    try {
      CompletableFuture<ExitStatus> outcome =
          CompletableFuture.supplyAsync(
              () ->
                  lost.run(
                      shell("echo running; exec sleep " + UNATTENDED),
                      (channel, line) -> started.countDown(),
                      new Cancellation()),
              task -> new Thread(task).start());
      assertThat(started.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

      loseTransport(lost);

      assertThatThrownBy(() -> outcome.get(SOON.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(ExecutorException.class)
          .extracting(e -> ((ExecutorException) e).reason())
          .isEqualTo(Reason.TRANSPORT_LOST);
    } finally {
      executor = newExecutor();
      lost.close();
    }
  }

  // Files

  private static final List<String> ODD_NAMES =
      List.of(
          "with space",
          "new\nline",
          "-dash",
          "ünï🐧",
          "'q\"",
          "*",
          "\\",
          "\\n\\101",
          ".dot",
          "a&b|c;d,e%f",
          "~");

  @Test
  void treesGoThereAndBackAsTheyAre() throws IOException {
    Path tree = oddTree();

    executor.push(tree, there() + "/parent/tree");
    executor.pull(there() + "/parent/tree", here.resolve("other/back"));

    assertThat(listing(here.resolve("other/back"))).isEqualTo(listing(tree));
    assertThat(listing(tree)).hasSizeGreaterThan(10);
  }

  @Test
  void hardLinksOfATreeAreKept() throws IOException {
    Path tree = Files.createDirectory(here.resolve("tree"));
    Files.writeString(tree.resolve("a"), "text");
    Files.createLink(tree.resolve("b"), tree.resolve("a"));

    executor.push(tree, there() + "/tree");
    executor.pull(there() + "/tree", here.resolve("back"));

    assertThat(text(shell("cd \"$1\"; set -- $(ls -i a b); echo $(($1 - $3))", there() + "/tree")))
        .isEqualTo("0");
    assertThat(Files.isSameFile(here.resolve("back/a"), here.resolve("back/b"))).isTrue();
  }

  @Test
  void namesMayBeOdd() throws IOException {
    for (String name : ODD_NAMES) {
      Path tree = Files.createDirectory(here.resolve(name));
      Files.writeString(tree.resolve(name), "content of " + name);

      executor.push(tree, there() + "/" + name);
      executor.pull(there() + "/" + name + "/" + name, here.resolve("back/" + name));

      assertThat(here.resolve("back/" + name)).hasContent("content of " + name);
    }
  }

  @Test
  void aLinkIsCopiedAndReplacedAsALink() throws IOException {
    Path link = Files.createSymbolicLink(here.resolve("link"), Path.of("no such thing"));
    Path kept = Files.writeString(here.resolve("kept"), "kept");
    Path replaced = Files.createSymbolicLink(here.resolve("replaced"), kept);

    executor.push(link, there() + "/link");
    assertThat(text(shell("readlink \"$1\"", there() + "/link"))).isEqualTo("no such thing");
    executor.pull(there() + "/link", replaced);

    assertThat(Files.readSymbolicLink(replaced)).isEqualTo(Path.of("no such thing"));
    assertThat(kept).hasContent("kept");
  }

  @Test
  void bigFilesArriveWhole() throws Exception {
    Path big = here.resolve("big");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] block = new byte[1 << 20];
    Random random = new Random(4);
    try (OutputStream out = Files.newOutputStream(big)) {
      for (int i = 0; i < 100; i++) {
        random.nextBytes(block);
        digest.update(block);
        out.write(block);
      }
    }

    executor.push(big, there() + "/big");
    executor.pull(there() + "/big", here.resolve("back"));

    assertThat(text(shell("sha256sum <\"$1\"", there() + "/big")))
        .startsWith(HexFormat.of().formatHex(digest.digest()));
    assertThat(Files.mismatch(big, here.resolve("back"))).isEqualTo(-1);
  }

  @Test
  void whatWasPushedIsThere() throws IOException {
    Files.writeString(here.resolve("-f"), "one\n");

    executor.push(here.resolve("-f"), there() + "/a b");

    assertThat(run(Command.of("cat", there() + "/a b")).out).containsExactly("one");
  }

  @Test
  void whatWasMadeThereComesBack() throws IOException {
    run(shell("printf two > \"$1/n\"; ln -s n \"$1/l\"; chmod 700 \"$1\"", there()));

    executor.pull(there(), here.resolve("back"));

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
    executor.push(tree, there() + "/tree");
    run(
        shell(
            "cd \"$1\"; echo kept > other; echo kept > outside; rm tree/file; "
                + "ln -s ../outside tree/file; mv other tree",
            there()));

    Files.writeString(tree.resolve("file"), "new");
    executor.push(tree, there() + "/tree");

    assertThat(run(shell("cd \"$1\"; cat outside tree/other tree/file", there())).out)
        .containsExactly("kept", "kept", "new");
  }

  @Test
  void pullingAgainReplacesFilesAndKeepsOthers() throws IOException {
    Path tree = Files.createDirectory(here.resolve("tree"));
    Files.writeString(tree.resolve("other"), "kept");
    Files.writeString(here.resolve("outside"), "kept");
    Files.createSymbolicLink(tree.resolve("file"), Path.of("../outside"));
    run(shell("mkdir \"$1/tree\"; printf new > \"$1/tree/file\"", there()));

    executor.pull(there() + "/tree", tree);

    assertThat(tree.resolve("file")).hasContent("new");
    assertThat(tree.resolve("other")).hasContent("kept");
    assertThat(here.resolve("outside")).hasContent("kept");
  }

  @Test
  void whatIsInTheWayIsAnError() throws IOException {
    Path file = Files.writeString(here.resolve("file"), "text");
    executor.push(file, there() + "/file");

    assertThatThrownBy(() -> executor.push(file, there() + "/file/below"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining(there() + "/file/below")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThatThrownBy(() -> executor.pull(there() + "/file", file.resolve("below")))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining(file + "/below")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
  }

  @Test
  void whatIsNotThereCannotBeCopied() {
    assertThatThrownBy(() -> executor.push(here.resolve("missing"), there() + "/x"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("missing")
        .extracting(e -> ((ExecutorException) e).reason())
        .isEqualTo(Reason.FILES);
    assertThatThrownBy(() -> executor.pull(there() + "/missing", here.resolve("x")))
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

  // What it says of itself

  @Test
  void itSaysWhetherItsFilesAreThoseOfThisMachine() throws IOException {
    if (executor.directory().isEmpty()) {
      assertThat(Path.of(there())).as("the same files, under the same names").isDirectory();
      return;
    }
    String directory = executor.directory().get();
    String file = directory + "/ffs-contract/file";
    assertThat(directory).startsWith("/");

    executor.push(Files.writeString(here.resolve("file"), "text"), file);

    assertThat(text(shell("cat \"$1\"; rm -r \"${1%/*}\"", file))).isEqualTo("text");
  }

  @Test
  void aCommandGetsTheTerminalOfTheCaller() throws Exception {
    String greeting = "on a terminal: it's  $HOME";
    List<String> argv =
        executor.terminal(
            List.of(
                "/bin/sh",
                "-c",
                "test -t 0 && test -t 1 && echo \"on a terminal: $1\"; read -r status; exit $status",
                "sh",
                "it's  $HOME"));

    Process process =
        new ProcessBuilder("script", "-q", "-e", "-c", Shell.command(argv), here + "/typescript")
            .redirectErrorStream(true)
            .start();
    StringWriter seen = new StringWriter();
    // The command ends when it is told to: LXD may lose what one writes that ends at once.
    try (Reader screen = process.inputReader(UTF_8);
        Writer keyboard = process.outputWriter(UTF_8)) {
      for (int c = screen.read(); c >= 0; c = screen.read()) {
        seen.write(c);
        if (seen.getBuffer().indexOf(greeting) >= 0) {
          break;
        }
      }
      assertThat(seen.toString()).contains(greeting);
      keyboard.write("3\n");
      keyboard.flush();
      screen.transferTo(seen);
    }
    assertThat(process.waitFor()).as(seen.toString()).isEqualTo(3);
  }

  @Test
  void itHasAName() {
    assertThat(executor.name()).matches("[a-z]+");
  }

  private Path oddTree() throws IOException {
    Path tree = Files.createDirectory(here.resolve("tree"));
    Files.writeString(tree.resolve("plain"), "content");
    for (String name : ODD_NAMES) {
      Files.writeString(tree.resolve(name), "content of " + name);
    }
    Path notText = Path.of(URI.create(tree.toUri() + "not%FFtext"));
    Files.writeString(Files.createDirectory(notText).resolve("file"), "text");
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
                // As bytes: a name need not be text.
                tree.toUri().relativize(path.toUri()).getRawPath(),
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
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    ExitStatus status =
        executor.run(
            command,
            (channel, line) -> (channel == Channel.STDOUT ? out : err).add(line),
            new Cancellation());
    return new Result(status, out, err);
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
