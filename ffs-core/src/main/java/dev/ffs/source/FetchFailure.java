package dev.ffs.source;

import dev.ffs.source.Attempt.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a try did not bring the archive, and what that means for the tries to come. */
final class FetchFailure extends Exception {

  private static final long serialVersionUID = 1L;

  /** What may help. */
  enum Remedy {
    /** The same URL later. */
    LATER,
    /** The same URL at once, from the first byte: what was there before was no good. */
    FROM_START,
    /** Another URL. */
    ELSEWHERE,
    /** Another URL; and the host is not to be asked again. */
    OTHER_HOST,
    /** Nothing that this program can do: the trouble is on this machine. */
    NONE
  }

  final transient Reason reason;
  final transient Remedy remedy;

  /** How long the server asks to wait, or null. */
  final transient @Nullable Duration wait;

  FetchFailure(Reason reason, Remedy remedy, String outcome) {
    this(reason, remedy, outcome, null);
  }

  FetchFailure(Reason reason, Remedy remedy, String outcome, @Nullable Duration wait) {
    super(outcome);
    this.reason = reason;
    this.remedy = remedy;
    this.wait = wait;
  }

  static FetchFailure local(String outcome) {
    return new FetchFailure(Reason.LOCAL, Remedy.NONE, outcome);
  }

  /** Returns what happened, as one line for people. */
  String outcome() {
    return String.valueOf(getMessage());
  }
}
