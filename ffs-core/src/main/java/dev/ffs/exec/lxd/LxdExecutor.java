package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.remote.RemotePlace;
import dev.ffs.exec.remote.RemoteShell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in one running LXD container, as its root.
 *
 * <p>A command is run by {@code lxc exec}, by way of a {@link RemoteShell}, which says what that
 * needs there. So a lost connection is told apart from any exit code, and the whole tree of a
 * command is ended with it, also that of one whose {@code lxc}, whose daemon or whose JVM was
 * killed, which LXD would leave running.
 *
 * <p>What cannot be told from outside: a program that is there but that the kernel will not start
 * (a script whose interpreter is missing, a binary of another machine) ends with exit code 126 or
 * 127, and env's message on standard error.
 *
 * <p>Owners of files are not kept: what is pushed belongs to root there, what is pulled to whoever
 * runs this.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdExecutor implements Executor {

  /** Where builds keep their files in a container. */
  static final String DIRECTORY = "/root/ffs-repo";

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
  private final RemoteShell shell;

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
    this.shell = new RemoteShell(new Place(), this::client, container.client().lxc().environment());
  }

  /** What messages say of the container. */
  private final class Place implements RemotePlace {

    @Override
    public String where() {
      return "in the container " + container;
    }

    @Override
    public String whatIsWrong() {
      return container.client().whatIsWrongWith(container);
    }

    @Override
    public String wayOut() {
      List<String> stop = List.of("stop", "--force", container.reference());
      return "`" + container.client().lxc().shown(stop) + "` ends everything in it";
    }
  }

  private List<String> client(List<String> argv) {
    return lxc(List.of("--cwd", "/", "--mode", "non-interactive", "--"), argv);
  }

  private List<String> lxc(List<String> options, List<String> argv) {
    List<String> arguments = new ArrayList<>(List.of("exec", container.reference()));
    arguments.addAll(options);
    arguments.addAll(argv);
    return container.client().lxc().argv(arguments);
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
    return List.copyOf(lxc(List.of("-t", "--"), argv));
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    return shell.run(command, sink, cancellation);
  }

  @Override
  public void push(Path local, String remote) {
    shell.push(local, remote);
  }

  @Override
  public void pull(String remote, Path local) {
    shell.pull(remote, local);
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.end();
    }
  }
}
