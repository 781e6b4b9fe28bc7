package dev.ffs.dsl.usage;

import dev.ffs.diagnostic.Origin;

/** Where a test stands, so that no line number is written down. */
final class Here {

  private Here() {}

  /**
   * Returns the origin of a line near the caller's.
   *
   * @param offset 1 for the line below
   */
  static Origin plus(int offset) {
    StackTraceElement caller = new Throwable().getStackTrace()[1];
    return new Origin(caller.getFileName(), caller.getLineNumber() + offset, 0);
  }
}
