package dev.ffs.examples.cli;

import java.io.PrintStream;
import java.util.List;

/** Lines one after another, for logs and pipes. */
final class PlainDisplay implements Display {

  private final PrintStream out;

  PlainDisplay(PrintStream out) {
    this.out = out;
  }

  @Override
  public void line(Tone tone, String text) {
    out.print(text + "\n");
    out.flush();
  }

  @Override
  public void status(List<String> lines) {
    // A log keeps every line: how things stand in between would fill it.
  }
}
