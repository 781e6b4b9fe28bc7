package dev.ffs.script;

import dev.ffs.model.Variables;
import java.util.List;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Quotes words for a POSIX shell. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Shell {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

  private Shell() {}

  /**
   * Quotes a word so that every character stands for itself.
   *
   * @param text the word
   * @return the word as the shell is to read it
   */
  public static String literal(String text) {
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /**
   * Quotes a word in which {@code $FFS_NAME} and {@code ${FFS_NAME}} stand for variables and every
   * other character for itself.
   *
   * @param text the word
   * @return the word as the shell is to read it
   */
  static String expanding(String text) {
    List<Variables.Reference> references = Variables.references(text);
    if (references.isEmpty()) {
      return literal(text);
    }
    StringBuilder out = new StringBuilder("\"");
    int next = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean reference = next < references.size() && references.get(next).offset() == i;
      if (reference) {
        next++;
      } else if ("\\\"`$".indexOf(c) >= 0) {
        out.append('\\');
      }
      out.append(c);
    }
    return out.append('"').toString();
  }

  /**
   * Quotes the words of a command and joins them.
   *
   * @param words the command
   * @return one line, unless a word holds a line end
   */
  public static String command(List<String> words) {
    return String.join(" ", words.stream().map(Shell::literal).toList());
  }
}
