package dev.ffs.exec.local;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.LocalFiles;
import dev.ffs.exec.process.ProcessRunner;
import java.nio.file.Path;
import org.apiguardian.api.API;

/**
 * Runs commands on this machine; a path there is a path here. What {@link ProcessRunner} says about
 * the limits of ending a command holds here too.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class LocalExecutor implements Executor {

  private final ProcessRunner processes = new ProcessRunner();
  private final LocalFiles files = new LocalFiles(processes);

  /** Makes an executor for this machine. */
  public LocalExecutor() {}

  @Override
  public String name() {
    return "local";
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    return processes.run(command, sink, cancellation);
  }

  /** Copies a file or a tree to another path of this machine; does nothing if it is the same. */
  @Override
  public void push(Path local, String remote) {
    files.copy(local, LocalFiles.pathOf(remote));
  }

  /** Copies a file or a tree from another path of this machine; does nothing if it is the same. */
  @Override
  public void pull(String remote, Path local) {
    files.copy(LocalFiles.pathOf(remote), local);
  }

  @Override
  public void close() {}
}
