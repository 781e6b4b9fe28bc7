package dev.ffs.exec.local;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands on this machine; a path there is a path here. What {@link ProcessRunner} says about
 * the limits of ending a command holds here too.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class LocalExecutor implements Executor {

  private final ProcessRunner processes = new ProcessRunner();

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
    copy(local, pathOf(remote));
  }

  /** Copies a file or a tree from another path of this machine; does nothing if it is the same. */
  @Override
  public void pull(String remote, Path local) {
    copy(pathOf(remote), local);
  }

  @Override
  public void close() {}

  private static Path pathOf(String remote) {
    if (!remote.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: '" + remote + "'");
    }
    return Path.of(remote);
  }

  private void copy(Path from, Path to) {
    List<String> messages = new CopyOnWriteArrayList<>();
    try {
      if (Files.exists(to) && Files.exists(from) && Files.isSameFile(from, to)) {
        return;
      }
      Path parent = to.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
    } catch (IOException e) {
      throw failure(from, to, e.toString(), e);
    }
    // cp keeps what Files.copy does not: hard links, holes, and the times of directories.
    Command command =
        Command.of("cp", "-aT", "--remove-destination", "--", argument(from), argument(to))
            .withEnvironment(Map.of("LC_ALL", "C"));
    ExitStatus status =
        processes.run(command, (channel, line) -> messages.add(line), new Cancellation());
    if (!status.succeeded()) {
      throw failure(from, to, String.join("; ", messages), null);
    }
  }

  private static ExecutorException failure(
      Path from, Path to, String why, @Nullable Exception cause) {
    return new ExecutorException(
        Reason.FILES, "cannot copy " + from + " to " + to + ": " + why, cause);
  }

  // A name of bytes that are not text survives inside a tree, but not as an argument.
  private static String argument(Path path) {
    Path absolute = path.toAbsolutePath();
    String text = absolute.toString();
    if (!Path.of(text).equals(absolute)) {
      throw new ExecutorException(Reason.FILES, "the name is not UTF-8: " + text, null);
    }
    return text;
  }
}
