package dev.ffs.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows what a terminal would show after it was sent some text. */
final class Screen {

  private static final Pattern UNIT =
      Pattern.compile("\033\\[(\\??)(\\d*)([A-Za-z])|\r|\n|[^\033]");

  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private int row;
  private int column;

  private Screen() {}

  static List<String> after(String sent) {
    Screen screen = new Screen();
    Matcher matcher = UNIT.matcher(sent);
    int end = 0;
    while (matcher.find()) {
      if (matcher.start() != end) {
        throw new IllegalArgumentException("not understood: " + sent.substring(end));
      }
      end = matcher.end();
      screen.take(matcher);
    }
    List<String> shown = new ArrayList<>(screen.lines.stream().map(Object::toString).toList());
    // The cursor waits in the line below the last one.
    shown.remove(shown.size() - 1);
    return shown;
  }

  private void take(Matcher unit) {
    String command = unit.group(3);
    if (command == null) {
      text(unit.group());
    } else if (command.equals("A")) {
      row -= Integer.parseInt(unit.group(2));
    } else if (command.equals("J")) {
      lines.get(row).setLength(column);
      lines.subList(row + 1, lines.size()).clear();
    } else if (!command.equals("m") && unit.group(1).isEmpty()) {
      throw new IllegalArgumentException("not understood: " + unit.group());
    }
  }

  private void text(String text) {
    switch (text) {
      case "\r" -> column = 0;
      case "\n" -> {
        row++;
        column = 0;
        if (row == lines.size()) {
          lines.add(new StringBuilder());
        }
      }
      default -> {
        lines.get(row).replace(column, column + 1, text);
        column++;
      }
    }
  }
}
