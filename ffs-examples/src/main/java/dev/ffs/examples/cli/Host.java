package dev.ffs.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the command asks of the machine that it runs on; tests put another one here. */
interface Host {

  /** The exit code for a program that is not there, as shells have it. */
  int NOT_FOUND = 127;

  /**
   * A program that has ended.
   *
   * @param exitCode its exit code
   * @param output what it printed, errors included
   */
  record Ran(int exitCode, String output) {

    boolean succeeded() {
      return exitCode == 0;
    }
  }

  /**
   * Runs a program to its end, with nothing on its standard input.
   *
   * @param command the program and its arguments
   * @return how it ended; {@link #NOT_FOUND} if there is no such program
   */
  Ran run(List<String> command);

  /**
   * Reads a small file.
   *
   * @param file an absolute path
   * @return its text, or empty if it cannot be read
   */
  Optional<String> read(String file);

  /**
   * Returns how much more can be written at a place.
   *
   * @param directory where; it need not exist yet
   * @return bytes
   * @throws IOException if the file system does not say
   */
  long usableSpace(Path directory) throws IOException;
}
