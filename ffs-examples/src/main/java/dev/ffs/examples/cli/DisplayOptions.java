package dev.ffs.examples.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** How progress is shown. */
final class DisplayOptions {

  @Option(names = "--plain", description = "One line per step, also on a terminal.")
  boolean plain;

  @Option(names = "--quiet", description = "Print only the result and errors.")
  boolean quiet;

  Display display(Surroundings surroundings) {
    if (quiet) {
      return new Display() {
        @Override
        public void line(Tone tone, String text) {
          // Nobody wants to know.
        }

        @Override
        public void status(List<String> lines) {
          // Nor this.
        }
      };
    }
    boolean live =
        surroundings.terminal()
            && !plain
            && !surroundings.variable("TERM").orElse("dumb").equals("dumb");
    return live
        ? new LiveDisplay(surroundings.out(), surroundings.variable("NO_COLOR").isEmpty())
        : new PlainDisplay(surroundings.out());
  }
}
