package dev.ffs.exec.fchroot;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.LocalFiles;
import dev.ffs.exec.process.ProcessRunner;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.script.Shell;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands inside a root.
 *
 * <p>A process that holds the namespaces lives as long as this executor; commands join it. Each has
 * mounts of its own, for fchroot undoes its mounts when its command ends.
 */
final class FchrootRoot implements Executor {

  static final String PATH = "/usr/bin:/usr/sbin:/bin:/sbin";

  private static final int MOST_LINKS = 40;

  private final Path program;
  private final Path root;
  private final ProcessRunner processes;
  private final LocalFiles files;
  private final Path directory;
  private final Cancellation end = new Cancellation();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<ExitStatus> held = new CompletableFuture<>();

  private FchrootRoot(
      Path program, Path root, ProcessRunner processes, LocalFiles files, Path directory) {
    this.program = program;
    this.root = root;
    this.processes = processes;
    this.files = files;
    this.directory = directory;
  }

  static FchrootRoot open(Path program, Path root, ProcessRunner processes, LocalFiles files) {
    FchrootRoot made;
    try {
      // As the kernel has it: names of mounts are compared.
      made =
          new FchrootRoot(
              program,
              root.toRealPath(),
              processes,
              files,
              Files.createTempDirectory("ffs-fchroot-").toRealPath());
      Files.writeString(made.script(), ScriptGenerator.fchroot());
      Files.createDirectory(made.directory.resolve("mounts"));
    } catch (IOException e) {
      throw new ExecutorException(Reason.NOT_STARTED, "cannot prepare to enter " + root, e);
    }
    made.hold();
    return made;
  }

  private Path script() {
    return directory.resolve("fchroot.sh");
  }

  private void hold() {
    Command command =
        Command.of("/bin/bash", script().toString(), "hold", directory.resolve("mounts").toString())
            .withEnvironment(Map.of("PATH", PATH));
    Thread thread = new Thread(() -> hold(command), "ffs-fchroot");
    thread.setDaemon(true);
    thread.start();
    try {
      ready.join();
    } catch (CompletionException e) {
      close();
      throw new ExecutorException(
          Reason.NOT_STARTED, "cannot make namespaces to enter " + root + " in: " + because(e), e);
    }
  }

  private void hold(Command command) {
    try {
      ExitStatus status =
          processes.run(
              command,
              (channel, line) -> {
                said.add(line);
                if (line.equals("ready")) {
                  ready.complete(null);
                }
              },
              end);
      ready.completeExceptionally(new IOException(status + ": " + String.join("; ", said)));
      held.complete(status);
    } catch (RuntimeException | Error e) {
      ready.completeExceptionally(e);
      held.completeExceptionally(e);
    }
  }

  @Override
  public String name() {
    return "fchroot";
  }

  /** The root's files are others than this machine's. */
  @Override
  public Optional<String> directory() {
    return Optional.of("/var/tmp/ffs");
  }

  /** Begins a command that joins the namespaces. */
  private List<String> joining() {
    String process = said.get(0).substring("process ".length());
    return List.of(
        "nsenter",
        "--preserve-credentials",
        "--no-fork",
        "--user=/proc/" + process + "/ns/user",
        "--mount=/proc/" + process + "/ns/mnt",
        "--pid=/proc/" + process + "/ns/pid_for_children",
        "/bin/bash",
        script().toString());
  }

  @Override
  public List<String> terminal(List<String> argv) {
    List<String> words = new ArrayList<>(joining());
    words.addAll(List.of("terminal", "1", program.toString(), root.toString()));
    words.add(Shell.command(argv) + "; exit $?");
    return List.copyOf(words);
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    if (command.argv().get(0).contains("=")) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "env(1) cannot run a program with an equals sign in its name: " + command.argv().get(0),
          null);
    }
    Path run;
    try {
      run = Files.createTempDirectory(directory, "run-");
    } catch (IOException e) {
      throw new ExecutorException(Reason.NOT_STARTED, "cannot prepare to enter " + root, e);
    }
    List<String> words = new ArrayList<>(joining());
    words.addAll(
        List.of("run", run.toString(), "1", program.toString(), root.toString(), text(command)));
    ExitStatus status =
        processes.run(
            new Command(words, Map.of("PATH", PATH), null, command.timeout()), sink, cancellation);
    return status.end() == End.EXITED ? checked(command, status, run) : status;
  }

  /** Returns the script that runs a command and says of itself how that goes. */
  private static String text(Command command) {
    String directory = command.directory() == null ? "/" : command.directory();
    List<String> environment = new ArrayList<>();
    command.environment().forEach((name, value) -> environment.add(name + "=" + value));
    List<String> arguments = command.argv().subList(1, command.argv().size());
    return """
        exec 9>>/proc/$n/fd/9
        PATH=/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin
        trap : TERM
        echo "entered $$" >&9
        cd %s || { echo 'lacks directory' >&9; exit 1; }
        there() { [ -f "$1" ] && [ -x "$1" ] && program=$1; }
        %s || { echo 'lacks program' >&9; exit 1; }
        (exec env -i %s "$program" %s) 9>&- </dev/null >>/proc/$n/fd/7 2>>/proc/$n/fd/8
        echo "ended $?" >&9
        """
        .formatted(
            Shell.literal(directory),
            there(command),
            Shell.command(environment),
            Shell.command(arguments));
  }

  private static String there(Command command) {
    String program = command.argv().get(0);
    if (program.contains("/")) {
      return "there " + Shell.literal(program);
    }
    List<String> places = new ArrayList<>();
    for (String place :
        command.environment().getOrDefault("PATH", "/bin:/usr/bin").split(":", -1)) {
      // An empty place means the current directory.
      places.add("there " + Shell.literal((place.isEmpty() ? "." : place) + "/" + program));
    }
    return "{ " + String.join(" || ", places) + "; }";
  }

  private ExitStatus checked(Command command, ExitStatus status, Path run) {
    List<String> state;
    String output;
    try {
      Path file = run.resolve("state");
      state = Files.exists(file) ? Files.readAllLines(file) : List.of();
      Path chatter = run.resolve("said");
      output =
          Files.exists(chatter)
              ? String.join(
                  "; ",
                  Files.readAllLines(chatter).stream().filter(line -> !line.isBlank()).toList())
              : "";
      removeTree(run);
    } catch (IOException e) {
      throw new ExecutorException(
          Reason.TRANSPORT_LOST, "cannot tell how " + command.argv().get(0) + " ended", e);
    }
    String last = state.isEmpty() ? "" : state.get(state.size() - 1);
    if (last.startsWith("ended ")) {
      return status;
    }
    String program = command.argv().get(0);
    if (last.equals("lacks program")) {
      throw new ExecutorException(
          Reason.PROGRAM_NOT_FOUND, "cannot run " + program + ": it is not in " + root, null);
    }
    if (last.equals("lacks directory")) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot run "
              + program
              + " in "
              + command.directory()
              + ": "
              + root
              + " has no such directory",
          null);
    }
    if (!state.isEmpty() || held.isDone()) {
      throw new ExecutorException(
          Reason.TRANSPORT_LOST,
          "the way to " + program + " in " + root + " was lost (" + status + "); " + output,
          null);
    }
    throw new ExecutorException(
        Reason.NOT_STARTED,
        this.program + " did not enter " + root + " (" + status + "): " + output,
        null);
  }

  @Override
  public void push(Path local, String remote) {
    LocalFiles.pathOf(remote);
    try {
      files.copy(local, inRoot(remote));
    } catch (IOException e) {
      throw failure(local.toString(), remote, e);
    }
  }

  @Override
  public void pull(String remote, Path local) {
    LocalFiles.pathOf(remote);
    try {
      files.copy(inRoot(remote), local);
    } catch (IOException e) {
      throw failure(remote, local.toString(), e);
    }
  }

  private ExecutorException failure(String from, String to, IOException e) {
    return new ExecutorException(
        Reason.FILES,
        "cannot copy " + from + " to " + to + ", of which one is in " + root + ": " + e,
        e);
  }

  /**
   * Returns where a path of the root is here. Links on the way to it mean the root's own files; the
   * last name may be a link itself.
   */
  private Path inRoot(String remote) throws IOException {
    Deque<String> names = new ArrayDeque<>(List.of(remote.split("/", -1)));
    Path found = root;
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        found = found.equals(root) ? root : parentOf(found);
        continue;
      }
      Path next = found.resolve(name);
      if (names.stream().allMatch(String::isEmpty) || !Files.isSymbolicLink(next)) {
        found = next;
        continue;
      }
      links++;
      if (links > MOST_LINKS) {
        throw new IOException("too many links on the way to " + remote);
      }
      String link = Files.readSymbolicLink(next).toString();
      if (link.startsWith("/")) {
        found = root;
      }
      String[] parts = link.split("/", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        names.push(parts[i]);
      }
    }
    return found;
  }

  private Path parentOf(Path path) {
    Path parent = path.getParent();
    return parent == null ? root : parent;
  }

  /** Ends what is still running inside, and undoes all mounts. */
  @Override
  public void close() {
    end.cancel();
    try {
      held.join();
      removeTree(directory);
    } catch (CompletionException e) {
      throw new ExecutorException(
          Reason.PROCESSES_LEFT, "what entered " + root + " has not ended: " + because(e), e);
    } catch (IOException e) {
      throw new ExecutorException(Reason.FILES, "cannot remove " + directory, e);
    }
  }

  private static @Nullable String because(CompletionException e) {
    return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
  }

  private static void removeTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
