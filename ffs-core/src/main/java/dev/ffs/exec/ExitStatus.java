package dev.ffs.exec;

import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * How a command ended.
 *
 * @param code exit code; of a command that a signal ended, 128 and the signal's number
 * @param end why it ended
 */
@API(status = API.Status.STABLE, since = "0.1")
public record ExitStatus(int code, End end) {

  private static final int SIGNALS = 64;

  /** Why a command ended. */
  public enum End {
    /** By itself, or by somebody else's signal. */
    EXITED,
    /** It ran longer than it may and was ended. */
    TIMED_OUT,
    /** It was ended, or not even started, because the caller cancelled it. */
    CANCELLED
  }

  /** Checks that the reason is there. */
  public ExitStatus {
    Objects.requireNonNull(end, "end");
  }

  /**
   * Returns whether the command ended by itself and with code 0.
   *
   * @return true if so
   */
  public boolean succeeded() {
    return code == 0 && end == End.EXITED;
  }

  /**
   * Returns the signal that ended the command, by the convention of shells. A command that exits by
   * itself with such a code looks the same.
   *
   * @return the signal's number, from 1 to 64
   */
  public Optional<Integer> signal() {
    return code > 128 && code <= 128 + SIGNALS ? Optional.of(code - 128) : Optional.empty();
  }

  /** Returns the status in words, such as {@code exit code 2} or {@code timed out (signal 15)}. */
  @Override
  public String toString() {
    String how = signal().map(s -> "signal " + s).orElse("exit code " + code);
    return switch (end) {
      case EXITED -> how;
      case TIMED_OUT -> "timed out (" + how + ")";
      case CANCELLED -> "cancelled (" + how + ")";
    };
  }
}
