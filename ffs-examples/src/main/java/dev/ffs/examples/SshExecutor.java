package dev.ffs.examples;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.remote.RemoteShell;
import dev.ffs.script.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Runs commands on another machine through the system's {@code ssh}.
 *
 * <p>What that machine needs stands at {@link RemoteShell}; also, its user logs in without being
 * asked anything and has a POSIX shell as login shell.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SshExecutor implements Executor {

  /**
   * Nobody is there to be asked; a machine that does not answer is given up; and no connection
   * carries those of others, since it ends with its command.
   */
  private static final List<String> OPTIONS =
      List.of(
          "-oBatchMode=yes",
          "-oConnectTimeout=30",
          "-oServerAliveInterval=10",
          "-oServerAliveCountMax=3",
          "-oControlMaster=no");

  private final List<String> options;
  private final String host;
  private final String directory;
  private final RemoteShell shell;

  /**
   * Makes an executor; nothing is connected yet.
   *
   * @param options options of ssh, such as {@code -p} and {@code 2222}; they come first and win
   * @param host where to run, as ssh wants it: {@code user@host} or a name from its configuration
   * @param directory absolute path, there, of a directory for builds; it need not exist yet
   */
  public SshExecutor(List<String> options, String host, String directory) {
    this.options = List.copyOf(options);
    this.host = host;
    this.directory = directory;
    this.shell = new RemoteShell(host, argv -> ssh("-T", argv), System.getenv());
  }

  @Override
  public String name() {
    return "ssh";
  }

  @Override
  public Optional<String> directory() {
    return Optional.of(directory);
  }

  @Override
  public List<String> terminal(List<String> argv) {
    return ssh("-t", argv);
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

  /** Does nothing: each command has a connection of its own. */
  @Override
  public void close() {}

  // ssh joins its arguments and gives them to the login shell there: they must be one, and quoted.
  private List<String> ssh(String terminal, List<String> argv) {
    List<String> command = new ArrayList<>(List.of("ssh", terminal));
    command.addAll(options);
    command.addAll(OPTIONS);
    command.addAll(List.of("--", host, "exec " + Shell.command(argv)));
    return command;
  }
}
