package dev.ffs.engine;

import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * How to enter the root of a step with a shell. What the shell uses stays in place until this is
 * closed, by the thread that opened it and after the shell has ended.
 *
 * @param command a command to run with the terminal; the step's script is {@code /ffs/build.sh}
 *     there
 * @param end lets go of what the shell uses
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StepShell(List<String> command, Runnable end) implements AutoCloseable {

  /** No source has capitals in its name. */
  static final String AMONG_SOURCES = "FFS/environment.sh";

  /**
   * The file there that sets the variables which the step begins with, such as {@code PATH} and
   * {@code CC}. The shell begins without most of them, and with a {@code PATH} of its own; {@code .
   * FILE} reads it.
   */
  public static final String ENVIRONMENT = "/ffs/sources/" + AMONG_SOURCES;

  /** Copies the list. */
  public StepShell {
    command = List.copyOf(command);
    Objects.requireNonNull(end, "end");
  }

  @Override
  public void close() {
    end.run();
  }
}
