package dev.ffs.examples.cli;

import java.io.PrintStream;
import java.util.List;

/**
 * A terminal, with the status lines below all others.
 *
 * <p>A status line is never wrapped: the terminal itself cuts it off at its right edge, so its
 * width need not be known and may change.
 */
final class LiveDisplay implements Display {

  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";
  private static final String RESET = "\033[0m";

  private final PrintStream out;
  private final boolean colour;
  private List<String> shown = List.of();

  LiveDisplay(PrintStream out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  @Override
  public void line(Tone tone, String text) {
    draw(coloured(tone, text) + "\n", shown);
  }

  @Override
  public void status(List<String> lines) {
    if (!lines.equals(shown)) {
      draw("", lines);
    }
  }

  private String coloured(Tone tone, String text) {
    if (!colour || tone == Tone.PLAIN) {
      return text;
    }
    return (tone == Tone.BAD ? "\033[31m" : "\033[2m") + text + RESET;
  }

  /** One write for a whole frame, or it flickers. */
  private void draw(String above, List<String> status) {
    StringBuilder frame = new StringBuilder();
    if (!shown.isEmpty()) {
      frame.append("\033[").append(shown.size()).append("A\r\033[J");
    }
    frame.append(above);
    if (!status.isEmpty()) {
      frame.append(NO_WRAP);
      status.forEach(line -> frame.append(line).append('\n'));
      frame.append(WRAP);
    }
    out.print(frame);
    out.flush();
    shown = List.copyOf(status);
  }
}
