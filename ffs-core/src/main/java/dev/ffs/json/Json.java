package dev.ffs.json;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON, so that the same value is always the same text.
 *
 * <p>Values are maps (with an order of their own and strings for keys), lists, strings, numbers
 * that JSON knows, booleans and null; anything else is refused.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Json {

  /** A value that {@link #write} puts on one line. */
  private record OnOneLine(@Nullable Object value) {}

  private final StringBuilder out = new StringBuilder();

  private Json() {}

  /**
   * Returns a value as JSON, indented by two spaces.
   *
   * @param value the value
   * @return the text, without a line end behind it
   * @throws IllegalArgumentException if JSON has nothing for it
   */
  public static String write(@Nullable Object value) {
    Json json = new Json();
    json.append(value, "\n");
    return json.out.toString();
  }

  /**
   * Returns a value as JSON on one line.
   *
   * @param value the value
   * @return the text, without a line end behind it
   * @throws IllegalArgumentException if JSON has nothing for it
   */
  public static String line(@Nullable Object value) {
    Json json = new Json();
    json.append(value, "");
    return json.out.toString();
  }

  /**
   * Has a part of a value written on one line.
   *
   * @param value the part
   * @return what to put in its place
   */
  public static Object onOneLine(@Nullable Object value) {
    return new OnOneLine(value);
  }

  /**
   * Appends a value.
   *
   * @param newline what begins a line at this depth; empty if all is one line
   */
  private void append(@Nullable Object value, String newline) {
    if (value instanceof OnOneLine line) {
      append(line.value(), "");
    } else if (value instanceof Map<?, ?> map) {
      Brackets brackets = new Brackets('{', '}', newline);
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!(entry.getKey() instanceof String key)) {
          throw new IllegalArgumentException("no key of JSON: " + entry.getKey());
        }
        brackets.next();
        string(key);
        out.append(": ");
        append(entry.getValue(), brackets.inner);
      }
      brackets.end();
    } else if (value instanceof List<?> list) {
      Brackets brackets = new Brackets('[', ']', newline);
      for (Object element : list) {
        brackets.next();
        append(element, brackets.inner);
      }
      brackets.end();
    } else if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Number number && !number.toString().matches(".*[NI].*")) {
      out.append(number);
    } else if (value instanceof String text) {
      string(text);
    } else {
      throw new IllegalArgumentException("no JSON for " + value + ", a " + value.getClass());
    }
  }

  /** What stands around and between elements. */
  private final class Brackets {

    private final char close;
    private final String newline;
    private final String inner;
    private boolean empty = true;

    Brackets(char open, char close, String newline) {
      this.close = close;
      this.newline = newline;
      this.inner = newline.isEmpty() ? "" : newline + "  ";
      out.append(open);
    }

    void next() {
      out.append(empty ? "" : newline.isEmpty() ? ", " : ",").append(inner);
      empty = false;
    }

    void end() {
      out.append(empty ? "" : newline).append(close);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          // Surrogates that have lost their partner would not survive being written as UTF-8.
          if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
