package dev.ffs.examples.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON, indented by two spaces. */
final class Json {

  private Json() {}

  /**
   * Returns a value as JSON.
   *
   * @param value maps (with an order of their own), lists, strings, numbers, booleans and null
   * @return the text, without a line end behind it
   */
  static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "\n");
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value, String newline) {
    String inner = newline + "  ";
    if (value instanceof Map<?, ?> map) {
      String separator = "";
      out.append('{');
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator).append(inner);
        string(out, String.valueOf(entry.getKey()));
        append(out.append(": "), entry.getValue(), inner);
        separator = ",";
      }
      out.append(map.isEmpty() ? "}" : newline + "}");
    } else if (value instanceof List<?> list) {
      String separator = "";
      out.append('[');
      for (Object element : list) {
        append(out.append(separator).append(inner), element, inner);
        separator = ",";
      }
      out.append(list.isEmpty() ? "]" : newline + "]");
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof String text) {
      string(out, text);
    } else {
      throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void string(StringBuilder out, String text) {
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
