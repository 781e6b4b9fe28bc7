package dev.ffs.exec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Runs commands somewhere, and brings files there and back.
 *
 * <p>"There" is this machine, a container or another machine; paths there are absolute strings with
 * slashes. Several threads may use one executor at once.
 */
@API(status = API.Status.STABLE, since = "0.1")
public interface Executor extends AutoCloseable {

  /**
   * Returns the executor's name, such as {@code local}.
   *
   * @return a word for messages and logs
   */
  String name();

  /**
   * Returns where there a build may keep its files, if "there" has files of its own.
   *
   * @return absolute path of a directory, which need not exist yet; empty if the files there are
   *     those of this machine, under the same names
   */
  default Optional<String> directory() {
    return Optional.empty();
  }

  /**
   * Returns the program that enters the root of chroot phases in place of the enclosure's own way.
   *
   * @return program and first arguments, to which the root and a command are added; empty if the
   *     enclosure does it
   */
  default List<String> chrootProgram() {
    return List.of();
  }

  /**
   * Returns a command of this machine that runs a command there with the caller's terminal.
   *
   * @param argv the program and its arguments, there
   * @return the program and its arguments, here
   */
  default List<String> terminal(List<String> argv) {
    return List.copyOf(argv);
  }

  /**
   * Keeps "there" as it is now, for later builds to begin with, if this executor can and has not
   * kept it with this key. No command of the build runs meanwhile.
   *
   * @param phase id of the phase that has just finished
   * @param key digest of everything that the plan says of this phase and of those before it: what
   *     is kept is of use to builds with the same key
   * @param cancellation stops it; what was kept before stays
   * @return the name under which it is kept, or empty if nothing had to be or can be kept
   * @throws ExecutorException if it cannot be kept
   */
  default Optional<String> snapshot(String phase, String key, Cancellation cancellation) {
    return Optional.empty();
  }

  /**
   * Runs a command and waits for its end. Its standard input is empty. Its exit code means what the
   * command says: a code other than 0 is no exception.
   *
   * <p>Cancellation and timeout end the command and all processes that it started, first by TERM,
   * then by KILL, and return when they are gone. A command is over when its program is: a process
   * that it left in the background does not delay the return, is not ended, and what it writes
   * later is lost.
   *
   * <p>If the calling thread is interrupted, that is a cancellation; the thread's interrupt status
   * is set on return.
   *
   * @param command what to run
   * @param sink takes the output
   * @param cancellation ends the command; if it is cancelled already, the command is not started
   * @return how it ended
   * @throws ExecutorException if it could not be run or watched to its end; its reason says which
   */
  ExitStatus run(Command command, OutputSink sink, Cancellation cancellation);

  /**
   * Copies a file, a link or a tree there, with modes, symbolic links, hard links within the tree,
   * and modification times (to the second at least). Missing parents are made, existing files are
   * replaced (a link itself, not what it points to), and other files of an existing directory stay.
   *
   * @param local what to copy
   * @param remote absolute path that it gets there, not that of a directory to put it into
   * @throws ExecutorException if that fails; a part may have been copied
   */
  void push(Path local, String remote);

  /**
   * Copies a file, a link or a tree back. The rules are those of {@link #push}.
   *
   * @param remote absolute path, there, of what to copy
   * @param local path that it gets here, not that of a directory to put it into
   * @throws ExecutorException if that fails; a part may have been copied
   */
  void pull(String remote, Path local);

  /** Gives back what the executor holds. Files and containers that it made stay. */
  @Override
  void close();
}
