package dev.ffs.examples.cli;

import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this text.")
  boolean help;

  @Option(
      names = "--stacktrace",
      description = "Print the stack trace of an unexpected error, which otherwise goes to a file.")
  boolean stacktrace;
}
