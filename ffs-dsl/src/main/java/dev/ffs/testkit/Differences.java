package dev.ffs.testkit;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two models differ, origins aside.
 *
 * <p>AssertJ's recursive comparison finds the same, but prints both recipes whole and names a step
 * by its index; here a difference is a line that names the step by its id.
 */
final class Differences {

  /** Components that name a record among its neighbours in a list. */
  private static final List<String> NAMES = List.of("id", "name", "path", "system");

  private final List<String> found = new ArrayList<>();

  private Differences() {}

  /** Returns one text for each difference, in the order of the model. */
  static List<String> between(Object actual, Object expected) {
    Differences differences = new Differences();
    differences.compare("", actual, expected);
    return differences.found;
  }

  private void compare(String path, @Nullable Object actual, @Nullable Object expected) {
    if (actual instanceof Origin && expected instanceof Origin) {
      return;
    }
    if (actual instanceof Text a && expected instanceof Text b) {
      compareText(path, a.value(), b.value());
    } else if (actual instanceof List<?> a && expected instanceof List<?> b) {
      compareLists(path, a, b);
    } else if (actual instanceof Record a
        && expected instanceof Record b
        && a.getClass() == b.getClass()) {
      for (RecordComponent component : a.getClass().getRecordComponents()) {
        String below = path.isEmpty() ? component.getName() : path + "." + component.getName();
        compare(below, value(a, component), value(b, component));
      }
    } else if (!Objects.equals(actual, expected)) {
      differ(path, show(actual), show(expected));
    }
  }

  private void compareText(String path, String actual, String expected) {
    List<String> a = actual.lines().toList();
    List<String> b = expected.lines().toList();
    if (Math.max(a.size(), b.size()) < 2 || a.equals(b)) {
      if (!actual.equals(expected)) {
        differ(path, quote(actual), quote(expected));
      }
      return;
    }
    int line = 0;
    while (line < a.size() && line < b.size() && a.get(line).equals(b.get(line))) {
      line++;
    }
    differ(path + " line " + (line + 1), lineOrEnd(a, line), lineOrEnd(b, line));
  }

  private static String lineOrEnd(List<String> lines, int index) {
    return index < lines.size() ? quote(lines.get(index)) : "the end";
  }

  /** Elements meet by name, so that one step too many does not make all below it differ. */
  private void compareLists(String path, List<?> actual, List<?> expected) {
    Map<String, Object> a = named(actual);
    Map<String, Object> b = named(expected);
    if (!List.copyOf(a.keySet()).equals(List.copyOf(b.keySet()))) {
      differ(path, a.keySet().toString(), b.keySet().toString());
    }
    a.forEach(
        (name, element) -> {
          Object other = b.get(name);
          if (other != null) {
            compare(path + "[" + name + "]", element, other);
          }
        });
  }

  private static Map<String, Object> named(List<?> elements) {
    Map<String, Object> named = new LinkedHashMap<>();
    for (Object element : elements) {
      String name = name(element, named.size());
      named.put(named.containsKey(name) ? name + "#" + named.size() : name, element);
    }
    return named;
  }

  private static String name(Object element, int index) {
    if (element instanceof Text text) {
      return quote(text.value());
    }
    for (RecordComponent component : element.getClass().getRecordComponents()) {
      if (NAMES.contains(component.getName())) {
        return String.valueOf(value((Record) element, component));
      }
    }
    return Integer.toString(index);
  }

  private static @Nullable Object value(Record element, RecordComponent component) {
    try {
      return component.getAccessor().invoke(element);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the model's records are public", e);
    }
  }

  private static String show(@Nullable Object value) {
    return value instanceof Text text ? quote(text.value()) : String.valueOf(value);
  }

  private static String quote(String value) {
    return "\"" + value.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t") + "\"";
  }

  private void differ(String path, String actual, String expected) {
    found.add(path + ": expected " + expected + " but was " + actual);
  }
}
