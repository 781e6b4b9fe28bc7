package dev.ffs.exec.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.process.ProcessRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Copies by two programs, one here and one there, of which the second reads what the first writes.
 *
 * <p>All goes by the word of what runs there, {@link #WRITER} or {@link #READER}: its mark on
 * standard error, with an exit code. An archive that has lost its end is known by another mark,
 * right behind it, or by the count of the bytes that were read: tar does not always notice, and the
 * channels may overtake each other. So it need not be believed that a client ends, nor what it ends
 * with. A mark right before an archive keeps what login scripts print apart from it.
 */
final class RemoteCopy {

  // Both stay for a while, as a client may lose what was written right before the end. Standard
  // input cannot be what holds them, since it may carry an archive; TERM, which some clients pass
  // on, may end them.

  /** Runs there, with the token as $1, what else it is given, which writes an archive. */
  static final String WRITER =
      """
      token=$1
      shift
      printf %s "$token"
      sh -c "$@"
      code=$?
      printf %s "$token"
      printf '\\n%s %s\\n' "$token" "$code" >&2
      exec sleep 5""";

  /** Runs there, with the token as $1, what else it is given, which reads an archive. */
  static final String READER =
      """
      token=$1
      shift
      bytes=$(
        exec 3>&1
        { tee /proc/self/fd/4 | wc -c >&3; } 4>&1 | sh -c "$@" >&2 3>&-
      )
      code=$?
      printf '\\n%s %s %s\\n' "$token" "$code" "$((bytes))" >&2
      exec sleep 5""";

  // Counted, not measured: a pause of the whole JVM must not look like silence.
  private static final int SILENT_TIMES = 10;

  private static final ExitStatus GIVEN_UP = new ExitStatus(128 + 9, End.CANCELLED);

  private final ProcessRunner processes = new ProcessRunner();
  private final String what;
  private final RemotePlace place;
  private final Map<String, String> environment;
  private final Duration patience;
  private final Duration silence;

  private final String token = "ffs-" + UUID.randomUUID();
  private final Pattern mark = Pattern.compile(token + " ([0-9]+)(?: ([0-9]+))?");
  private final Said saidHere = new Said();
  private final Said saidThere = new Said();
  private final AtomicLong moved = new AtomicLong();
  private final Cancellation leaveClient = new Cancellation();
  private final Cancellation endTar = new Cancellation();
  private final CompletableFuture<OutputStream> reader = new CompletableFuture<>();
  private final CompletableFuture<Void> archiveIsHere = new CompletableFuture<>();
  private final CompletableFuture<Integer> codeThere = new CompletableFuture<>();
  private volatile @Nullable Long bytesThere;

  // Of the thread that waits.
  private boolean stalled;
  private boolean interrupted;

  /**
   * Makes a copy that has not begun.
   *
   * @param what from where to where, for messages
   * @param environment the whole environment of both programs that are started here
   * @param patience how long to wait for the end of both when they are to be ended
   * @param silence how long nothing may move
   */
  RemoteCopy(
      String what,
      RemotePlace place,
      Map<String, String> environment,
      Duration patience,
      Duration silence) {
    this.what = what;
    this.place = place;
    this.environment = environment;
    this.patience = patience;
    this.silence = silence;
  }

  /** What runs there is given it. */
  String token() {
    return token;
  }

  /**
   * Copies there.
   *
   * @param pack writes an archive, here
   * @param client has {@link #READER} read it
   * @throws ExecutorException if that fails
   */
  void push(List<String> pack, List<String> client) {
    archiveIsHere.complete(null); // There is none to come.
    CompletableFuture<ExitStatus> there =
        start(
            () -> processes.run(command(client), reader::complete, this::saidThere, leaveClient),
            () -> {
              noReader();
              endTar.cancel();
            });
    CompletableFuture<ExitStatus> here =
        start(
            () ->
                processes.runForBytes(
                    command(pack), RemoteCopy::close, new Pipe(), this::saidHere, endTar),
            this::closeReader);
    await(here, there);
    check(here, there);
  }

  /**
   * Copies back.
   *
   * @param client has {@link #WRITER} write an archive
   * @param unpack reads it, here
   * @throws ExecutorException if that fails
   */
  void pull(List<String> client, List<String> unpack) {
    CompletableFuture<ExitStatus> here =
        start(
            () -> processes.run(command(unpack), reader::complete, this::saidHere, endTar),
            this::noReader);
    CompletableFuture<ExitStatus> there =
        start(
            () ->
                processes.runForBytes(
                    command(client),
                    RemoteCopy::close,
                    new MarkedPipe(),
                    this::saidThere,
                    leaveClient),
            this::closeReader);
    await(here, there);
    check(here, there);
  }

  private static CompletableFuture<ExitStatus> start(Supplier<ExitStatus> program, Runnable then) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return program.get();
          } finally {
            then.run();
          }
        },
        RemoteShell::inThread);
  }

  private Command command(List<String> argv) {
    return new Command(argv, environment, null, null);
  }

  private void saidHere(Channel channel, String line) {
    saidHere.add(line);
  }

  private void saidThere(Channel channel, String line) {
    // Behind the mark a client says at most that it was ended, as ssh does.
    if (channel == Channel.STDOUT || line.isBlank() || codeThere.isDone()) {
      return;
    }
    Matcher matcher = mark.matcher(line);
    if (matcher.matches()) {
      if (matcher.group(2) != null) {
        bytesThere = Long.valueOf(matcher.group(2));
      }
      codeThere.complete(Integer.valueOf(matcher.group(1)));
      leaveIfTold();
    } else {
      saidThere.add(line);
    }
  }

  /** It did not even start, or all who wait have it long since. */
  private void noReader() {
    reader.completeExceptionally(new IOException("nobody reads"));
  }

  private void closeReader() {
    try {
      reader.join().close();
    } catch (IOException | CompletionException e) {
      // It has ended, and how it did tells more.
    }
  }

  private static void close(OutputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether all that comes from there is here. */
  private boolean isTold() {
    return archiveIsHere.isDone() && codeThere.isDone();
  }

  private void leaveIfTold() {
    if (isTold()) {
      leaveClient.cancel();
    }
  }

  /**
   * What one side says: its first and its last lines. A tar on a full disk has one for each file,
   * and a client may begin with a long greeting.
   */
  private static final class Said {
    private static final int MOST = 10;
    private final List<String> first = new ArrayList<>();
    private final Deque<String> last = new ArrayDeque<>();
    private long between;

    synchronized void add(String line) {
      if (first.size() < MOST) {
        first.add(line);
        return;
      }
      last.addLast(line);
      if (last.size() > MOST) {
        last.removeFirst();
        between++;
      }
    }

    synchronized List<String> lines() {
      List<String> lines = new ArrayList<>(first);
      if (between > 0) {
        lines.add("(" + between + " more lines)");
      }
      lines.addAll(last);
      return lines;
    }
  }

  /** Leads to who reads. */
  private class Pipe extends OutputStream {

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        OutputStream stream = reader.join();
        stream.write(bytes, offset, length);
        stream.flush();
      } catch (IOException | CompletionException e) {
        // Who reads has ended, and how it did tells more. Who writes must not be held up.
      }
      moved.addAndGet(length);
    }
  }

  /** Passes on what is between two marks; keeps back as much as may be one. */
  private final class MarkedPipe extends Pipe {
    private final int markLength = token.length();
    private boolean begun;
    private byte[] kept = new byte[0];

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (archiveIsHere.isDone()) {
        return;
      }
      byte[] all = Arrays.copyOf(kept, kept.length + length);
      System.arraycopy(bytes, offset, all, kept.length, length);
      int from = begun ? 0 : endOfMark(all);
      int to = Math.max(from, all.length - markLength);
      if (begun) {
        super.write(all, from, to - from);
      }
      kept = Arrays.copyOfRange(all, to, all.length);
      if (begun && isMark(kept)) {
        archiveIsHere.complete(null);
        closeReader();
        leaveIfTold();
      }
    }

    /** Returns where the first mark ends, and takes note of it, or 0 if it has not come. */
    private int endOfMark(byte[] all) {
      int at = new String(all, ISO_8859_1).indexOf(token);
      begun = at >= 0;
      return begun ? at + markLength : 0;
    }

    private boolean isMark(byte[] last) {
      return new String(last, ISO_8859_1).equals(token);
    }
  }

  /** Waits for the end of both, and brings it about if nothing moves. */
  private void await(CompletableFuture<ExitStatus> here, CompletableFuture<ExitStatus> there) {
    CompletableFuture<Void> both = CompletableFuture.allOf(here, there);
    boolean ending = false;
    long before = 0;
    int silent = 0;
    try {
      while (true) {
        try {
          Duration limit = ending ? patience : silence;
          both.get(limit.toMillis() / SILENT_TIMES, TimeUnit.MILLISECONDS);
          return;
        } catch (ExecutionException e) {
          return; // Who failed is looked at where the results are.
        } catch (TimeoutException e) {
          long now = moved.get();
          silent = ending || now == before ? silent + 1 : 0;
          before = now;
        } catch (InterruptedException e) {
          interrupted = true;
        }
        boolean late = silent >= SILENT_TIMES;
        if (ending && late) {
          // Both are killed. What one of them was to read, or has written, is held by somebody
          // else, and a thread that passes it on cannot be had back before that one lets go.
          here.complete(GIVEN_UP);
          there.complete(GIVEN_UP);
          return;
        }
        if (!ending && (late || interrupted)) {
          stalled = late;
          ending = true;
          silent = 0;
          leaveClient.cancel();
          endTar.cancel();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Throws what went wrong. */
  private void check(CompletableFuture<ExitStatus> here, CompletableFuture<ExitStatus> there) {
    ExitStatus client = statusOfClient(there);
    int codeHere = statusOf(here).code();
    if (interrupted && !(isTold() && codeHere == 0)) {
      throw failure(Reason.FILES, "it was interrupted", null);
    }
    if (!isTold()) {
      throw failure(
          Reason.TRANSPORT_LOST,
          (stalled
                  ? "nothing moved for " + silence.toSeconds() + " s, so it was given up"
                  : "the way there was lost (its client: " + client + ")")
              + (saidThere.lines().isEmpty() ? "" : ": " + RemoteShell.joined(saidThere.lines()))
              + "; "
              + place.whatIsWrong(),
          null);
    }
    Long arrived = bytesThere;
    if (codeHere == 0 && arrived != null && arrived != moved.get()) {
      throw failure(
          Reason.TRANSPORT_LOST,
          "of " + moved + " bytes " + arrived + " arrived; " + place.whatIsWrong(),
          null);
    }
    int code = codeThere.join();
    if (codeHere != 0 || code != 0) {
      List<String> said = new ArrayList<>(saidThere.lines());
      said.addAll(saidHere.lines());
      throw failure(
          Reason.FILES,
          said.isEmpty()
              ? "tar here ended with code " + codeHere + ", the one there with code " + code
              : RemoteShell.joined(said),
          null);
    }
  }

  private ExitStatus statusOfClient(CompletableFuture<ExitStatus> there) {
    try {
      return statusOf(there);
    } catch (ExecutorException e) {
      if (e.reason() != Reason.PROGRAM_NOT_FOUND) {
        throw e;
      }
      throw failure(
          Reason.NOT_STARTED,
          "its client cannot be started (" + e.getMessage() + "); " + place.whatIsWrong(),
          e);
    }
  }

  private static ExitStatus statusOf(CompletableFuture<ExitStatus> program) {
    try {
      return program.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private ExecutorException failure(Reason why, String message, @Nullable Throwable cause) {
    return new ExecutorException(why, "cannot copy " + what + ": " + message, cause);
  }
}
