package dev.ffs.engine;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.local.LocalExecutor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A place with files of its own: a directory of this machine that the engine may reach through its
 * executor only.
 */
final class Elsewhere implements Executor {

  private final LocalExecutor local = new LocalExecutor();
  private final Path directory;

  /** The last word of each path that was brought there. */
  final List<String> pushed = Collections.synchronizedList(new ArrayList<>());

  final List<String> pulled = Collections.synchronizedList(new ArrayList<>());

  /** Phases and keys that were to be kept. */
  final List<String> snapshots = Collections.synchronizedList(new ArrayList<>());

  volatile Predicate<Command> lost = command -> false;
  volatile boolean snapshotsFail;

  Elsewhere(Path directory) {
    this.directory = directory;
  }

  @Override
  public String name() {
    return "elsewhere";
  }

  @Override
  public Optional<String> directory() {
    return Optional.of(directory.toString());
  }

  @Override
  public List<String> terminal(List<String> argv) {
    List<String> words = new ArrayList<>(List.of("env", "PLACE=" + directory));
    words.addAll(argv);
    return words;
  }

  @Override
  public Optional<String> snapshot(String phase, String key, Cancellation cancellation) {
    if (snapshotsFail) {
      throw new ExecutorException(ExecutorException.Reason.FILES, "no room for it", null);
    }
    snapshots.add(phase + " " + key);
    return Optional.of("snapshot-" + phase);
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    if (lost.test(command)) {
      throw new ExecutorException(
          ExecutorException.Reason.TRANSPORT_LOST, "the way there is lost", null);
    }
    return local.run(command, sink, cancellation);
  }

  @Override
  public void push(Path path, String remote) {
    pushed.add(remote.substring(remote.lastIndexOf('/') + 1));
    local.push(path, remote);
  }

  @Override
  public void pull(String remote, Path path) {
    pulled.add(remote.substring(remote.lastIndexOf('/') + 1));
    local.pull(remote, path);
  }

  @Override
  public void close() {
    local.close();
  }
}
