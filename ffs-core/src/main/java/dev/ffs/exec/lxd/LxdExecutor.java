package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in one running LXD container, as its root.
 *
 * <p>A command is run by {@code lxc exec}, under a script of a few lines that needs a POSIX shell
 * and {@code env} there. The script stands between the command and what LXD does by itself: it
 * reports how the command ended, so that a lost connection is told apart from any exit code; it
 * ends the whole tree of a command, also of one whose {@code lxc}, whose daemon or whose JVM was
 * killed, which LXD would leave running. Of the processes that a command started, that finds its
 * descendants and those that write to its output, as on this machine.
 *
 * <p>What cannot be told from outside: a program that is there but that the kernel will not start
 * (a script whose interpreter is missing, a binary of another machine) ends with exit code 126 or
 * 127, and env's message on standard error.
 *
 * <p>Trees are copied by GNU tar there and here. Owners are not kept: what is pushed belongs to
 * root there, what is pulled to whoever runs this.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdExecutor implements Executor {

  /** Where builds keep their files in a container. */
  static final String DIRECTORY = "/root/ffs-repo";

  private static final int TERMINATED = 128 + 15;

  /** Whose container it is. */
  interface Owner {

    /** Keeps the container as it is when a phase has finished, and says under which name. */
    String keep(String phase, String key);

    /** Returns whether the container is kept so already. */
    boolean has(String phase, String key);

    /** Is told that no command will run any more. */
    void end();
  }

  private final LxdContainer container;
  private final @Nullable Owner owner;
  private final String script = Scripts.read("run.sh");

  /**
   * Makes an executor for a container.
   *
   * @param container a container that is running; it stays so when the executor is closed
   */
  public LxdExecutor(LxdContainer container) {
    this(container, null);
  }

  LxdExecutor(LxdContainer container, @Nullable Owner owner) {
    this.container = container;
    this.owner = owner;
  }

  @Override
  public String name() {
    return "lxd";
  }

  @Override
  public Optional<String> directory() {
    return Optional.of(DIRECTORY);
  }

  @Override
  public Optional<String> snapshot(String phase, String key, Cancellation cancellation) {
    try {
      return owner == null || owner.has(phase, key)
          ? Optional.empty()
          : Optional.of(owner.keep(phase, key));
    } catch (LxdException e) {
      throw new ExecutorException(Reason.FILES, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public List<String> terminal(List<String> argv) {
    List<String> command =
        new ArrayList<>(
            container.client().lxc().argv(List.of("exec", container.reference(), "-t", "--")));
    command.addAll(argv);
    return List.copyOf(command);
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    if (cancellation.isCancelled()) {
      return new ExitStatus(TERMINATED, End.CANCELLED);
    }
    return new RemoteRun(container, command, sink, script).await(cancellation);
  }

  @Override
  public void push(Path local, String remote) {
    new TreeCopy(container, this).push(local, remote);
  }

  @Override
  public void pull(String remote, Path local) {
    new TreeCopy(container, this).pull(remote, local);
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.end();
    }
  }
}
