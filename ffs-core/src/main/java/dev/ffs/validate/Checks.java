package dev.ffs.validate;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The checks that several rules share, and what they found. */
final class Checks {

  /** More names than this in a message help nobody. */
  private static final int MOST_NAMES = 12;

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_.+-]*");

  private final Diagnostics found = new Diagnostics();

  List<Diagnostic> found() {
    return found.sorted();
  }

  void error(Origin origin, String message) {
    found.add(Diagnostic.error(origin, message));
  }

  void error(Origin origin, String message, String help) {
    found.add(Diagnostic.error(origin, message).withHelp(help));
  }

  /** Ids become names of files, directories and variables. */
  void id(String kind, String id, Origin origin) {
    if (!ID.matcher(id).matches()) {
      error(
          origin,
          "'" + id + "' cannot be the name of a " + kind,
          "a name has small letters, digits, '-', '_', '.' and '+', and begins with a letter or"
              + " digit");
    }
  }

  /** Says of each element whose name was there before where the first one is. */
  <T> void unique(
      String kind, List<T> elements, Function<T, String> name, Function<T, Origin> origin) {
    Map<String, Origin> first = new HashMap<>();
    for (T element : elements) {
      Origin before = first.putIfAbsent(name.apply(element), origin.apply(element));
      if (before != null) {
        error(
            origin.apply(element),
            "duplicate " + kind + " '" + name.apply(element) + "'",
            "the first one is at " + before);
      }
    }
  }

  /** Checks a name that refers to something; says what was meant or what there is. */
  boolean known(String kind, Text reference, Collection<String> names) {
    if (names.contains(reference.value())) {
      return true;
    }
    unknown("unknown " + kind + " '" + reference + "'", reference, names);
    return false;
  }

  void unknown(String message, Text reference, Collection<String> names) {
    Optional<String> near = DidYouMean.nearest(reference.value(), names);
    if (near.isPresent()) {
      error(reference.origin(), message, "did you mean '" + near.get() + "'?");
    } else if (names.isEmpty()) {
      error(reference.origin(), message, "there is none at all");
    } else if (names.size() <= MOST_NAMES) {
      error(reference.origin(), message, "there is: " + String.join(", ", names));
    } else {
      error(reference.origin(), message);
    }
  }

  boolean notBlank(Text text, String what) {
    if (text.value().isBlank()) {
      error(text.origin(), what + " is empty");
      return false;
    }
    return true;
  }

  void matches(Text text, Pattern pattern, String what, String help) {
    if (!pattern.matcher(text.value()).matches()) {
      error(text.origin(), "'" + text + "' is not " + what, help);
    }
  }

  /** Paths are compared as strings, so there must be one way to write each. */
  void absolutePath(Text path) {
    if (!path.value().startsWith("/")) {
      error(path.origin(), "'" + path + "' is not an absolute path", "it must begin with '/'");
    } else {
      plainPath(path);
    }
  }

  /** Refuses what would let two different strings be one path. */
  void plainPath(Text path) {
    String value = path.value();
    if (value.equals("/")) {
      return;
    }
    List<String> parts = Arrays.asList(value.split("/", -1));
    if (parts.contains("..") || parts.contains(".")) {
      error(
          path.origin(),
          "'" + path + "' is not a plain path: it holds '.' or '..'",
          "write the path that it leads to");
    } else if (value.contains("//") || value.endsWith("/")) {
      error(
          path.origin(),
          "'" + path + "' is not a plain path: it holds a '/' too many",
          "write '" + value.replaceAll("/+", "/").replaceAll("(?<=.)/$", "") + "'");
    }
  }
}
