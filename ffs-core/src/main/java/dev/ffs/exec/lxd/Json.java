package dev.ffs.exec.lxd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code lxc --format json} prints (RFC 8259), of which nothing is left out but that a
 * number stays the text it is.
 */
final class Json {

  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  /**
   * Reads a text.
   *
   * @return a map, a list, a string (numbers too), a Boolean or null
   * @throws IllegalArgumentException if it is not JSON
   */
  static @Nullable Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.at < text.length()) {
      throw json.wrong();
    }
    return value;
  }

  /** Returns a value as a list of objects; what is none counts as empty. */
  static List<Map<?, ?>> objects(@Nullable Object value) {
    List<Map<?, ?>> found = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> map) {
          found.add(map);
        }
      }
    }
    return found;
  }

  /** Returns a member of an object as text; what is none counts as empty. */
  static String text(Map<?, ?> object, String name) {
    return object.get(name) instanceof String string ? string : "";
  }

  /** Returns a member of an object as a map of texts. */
  static Map<String, String> texts(Map<?, ?> object, String name) {
    Map<String, String> found = new LinkedHashMap<>();
    if (object.get(name) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> found.put(String.valueOf(key), String.valueOf(value)));
    }
    return found;
  }

  private @Nullable Object value() {
    space();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    enter();
    if (!skip('}')) {
      do {
        space();
        String name = string();
        expect(':');
        members.put(name, value());
      } while (skip(','));
      expect('}');
    }
    depth--;
    return members;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> elements = new ArrayList<>();
    enter();
    if (!skip(']')) {
      do {
        elements.add(value());
      } while (skip(','));
      expect(']');
    }
    depth--;
    return elements;
  }

  private void enter() {
    at++;
    depth++;
    if (depth > MAX_DEPTH) {
      throw wrong();
    }
  }

  private @Nullable Object word() {
    int start = at;
    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> {
        if (!word.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
          at = start;
          throw wrong();
        }
        yield word;
      }
    };
  }

  private String string() {
    if (peek() != '"') {
      throw wrong();
    }
    at++;
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      out.append(c == '\\' ? escaped() : c);
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      case '"', '\\', '/' -> c;
      default -> throw wrong();
    };
  }

  private char codeUnit() {
    if (at + 4 > text.length()) {
      throw wrong();
    }
    at += 4;
    try {
      return (char) Integer.parseInt(text, at - 4, at, 16);
    } catch (NumberFormatException e) {
      throw wrong();
    }
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean skip(char c) {
    space();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!skip(c)) {
      throw wrong();
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong();
    }
    return text.charAt(at);
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "not JSON at character " + at + ": " + text.substring(0, Math.min(80, text.length())));
  }
}
