package dev.ffs.exec;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Thrown when an executor could not do its own part: not when a command merely fails. */
@API(status = API.Status.STABLE, since = "0.1")
public final class ExecutorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Reason {
    /** The program to run is not there or may not be executed. */
    PROGRAM_NOT_FOUND,
    /** The program is there but could not be started: its directory, its arguments, the system. */
    NOT_STARTED,
    /** The way to where the command runs was lost; whether it goes on there is unknown. */
    TRANSPORT_LOST,
    /** Files could not be copied there or back. */
    FILES,
    /** The sink threw; the command ran to its end. */
    SINK,
    /** Processes of a command that was to be ended are still there. */
    PROCESSES_LEFT
  }

  private final Reason reason;

  /**
   * Makes the exception.
   *
   * @param reason what went wrong
   * @param message what, why and what to do next, for a person
   * @param cause what it follows from, or null
   */
  public ExecutorException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /**
   * Returns what went wrong.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
