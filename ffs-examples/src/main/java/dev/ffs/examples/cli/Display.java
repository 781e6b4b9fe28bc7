package dev.ffs.examples.cli;

import java.util.List;

/** Where the lines of a {@link Console} go. */
interface Display {

  /** How a line is meant. */
  enum Tone {
    PLAIN,
    FAINT,
    BAD
  }

  /**
   * Adds a line that stays.
   *
   * @param tone how it is meant
   * @param text the line without its end
   */
  void line(Tone tone, String text);

  /**
   * Replaces the lines that say how things stand; a display that cannot take a line back ignores
   * them.
   *
   * @param lines such lines, none to take them away
   */
  void status(List<String> lines);
}
