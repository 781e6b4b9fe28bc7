package dev.ffs.exec.lxd;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into words as a shell does: at blanks, but for quotes and backslashes. Nothing is
 * expanded.
 */
final class Words {

  private Words() {}

  /**
   * Splits.
   *
   * @throws IllegalArgumentException if a quote does not end
   */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == text.length();
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == '\'') {
        word.append(c);
      } else if (c == '\\' && !last && (quote == 0 || "\"\\$`".indexOf(text.charAt(i + 1)) >= 0)) {
        i++;
        word.append(text.charAt(i));
        inWord = true;
      } else if (quote != 0) {
        word.append(c);
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote " + quote + " does not end in: " + text);
    }
    if (inWord) {
      words.add(word.toString());
    }
    return List.copyOf(words);
  }
}
