package dev.ffs.exec.process;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Copies files of this machine, the way {@link dev.ffs.exec.Executor#push} describes, for executors
 * whose files are those of this machine.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class LocalFiles {

  private final ProcessRunner processes;

  /**
   * Makes one that copies by a program.
   *
   * @param processes runs the program
   */
  public LocalFiles(ProcessRunner processes) {
    this.processes = processes;
  }

  /**
   * Returns the path that an executor's path "there" is.
   *
   * @param remote absolute path
   * @return the path here
   * @throws IllegalArgumentException if it is not absolute
   */
  public static Path pathOf(String remote) {
    if (!remote.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: '" + remote + "'");
    }
    return Path.of(remote);
  }

  /**
   * Copies a file, a link or a tree; does nothing if it is the same.
   *
   * @param from what to copy
   * @param to path that it gets
   * @throws ExecutorException if that fails; a part may have been copied
   */
  public void copy(Path from, Path to) {
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
