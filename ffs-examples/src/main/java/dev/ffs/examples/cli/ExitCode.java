package dev.ffs.examples.cli;

/** What the command ends with; docs/cli.md says the same. */
final class ExitCode {

  static final int OK = 0;
  static final int BUILD_FAILED = 1;
  static final int USAGE = 2;
  static final int BAD_RECIPE = 3;
  static final int SOURCE_UNAVAILABLE = 4;
  static final int HOST_LACKS = 5;
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
