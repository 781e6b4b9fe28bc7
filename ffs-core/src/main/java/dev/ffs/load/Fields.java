package dev.ffs.load;

import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one mapping, each asked for once.
 *
 * <p>A key that nobody asked for is unknown. What is missing or of the wrong kind is reported, and
 * something stands in for it, so that reading goes on.
 */
final class Fields {

  private static final Pattern NEEDS_NO_QUOTES =
      Pattern.compile("-{0,2}[A-Za-z0-9_./$][A-Za-z0-9_./$=+-]*");
  private static final Pattern POSITIVE = Pattern.compile("[1-9][0-9]{0,5}");

  private final Loading loading;
  private final Origin origin;
  private final String what;
  private final Map<String, Node> values = new HashMap<>();
  private final Map<String, Origin> keys = new HashMap<>();
  private final List<Text> written = new ArrayList<>();
  private final Set<String> asked = new LinkedHashSet<>();
  private final Set<String> missing = new LinkedHashSet<>();

  /** Keys of what has names that other places may refer to. */
  private final Set<String> naming = new HashSet<>();

  private boolean quiet;

  private Fields(Loading loading, Origin origin, String what) {
    this.loading = loading;
    this.origin = origin;
    this.what = what;
  }

  /**
   * Reads a mapping.
   *
   * @param loading learns of errors
   * @param node what should be the mapping
   * @param origin the place of the element as a whole
   * @param what the element, as words in a sentence
   * @param reader makes the element
   * @return what the reader made
   */
  static <T> T read(
      Loading loading, Node node, Origin origin, String what, Function<Fields, T> reader) {
    Fields fields = new Fields(loading, origin, what);
    if (node instanceof Node.Mapping mapping) {
      for (Node.Entry entry : mapping.entries()) {
        fields.written.add(entry.key());
        fields.values.put(entry.key().value(), entry.value());
        fields.keys.put(entry.key().value(), entry.key().origin());
      }
    } else {
      loading.error(node.origin(), what + " must be a mapping, found " + node.description());
      loading.standIn(origin);
      fields.quiet = true;
    }
    T result = reader.apply(fields);
    fields.finish();
    return result;
  }

  private void finish() {
    for (Text key : written) {
      if (asked.contains(key.value())) {
        continue;
      }
      // The rules would find what the misspelt key was to say missing.
      loading.standIn(origin);
      String allowed = "allowed: " + String.join(", ", asked);
      Optional<String> near =
          DidYouMean.nearest(
              key.value(), asked.stream().filter(name -> !values.containsKey(name)).toList());
      near.ifPresent(missing::remove);
      if (near.filter(naming::contains).isPresent()) {
        loading.notWhole();
      }
      loading.error(
          key.origin(),
          "unknown key '" + key + "' in " + what,
          near.map(name -> "did you mean '" + name + "'?\n" + allowed).orElse(allowed));
    }
    for (String key : missing) {
      loading.error(origin, "'" + key + "' is missing in " + what);
    }
  }

  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  /** Returns the place of the whole. */
  Origin origin() {
    return origin;
  }

  /** Returns the place of a key that is there, else that of the whole. */
  private Origin origin(String key) {
    return keys.getOrDefault(key, origin);
  }

  private @Nullable Node find(String key) {
    asked.add(key);
    return values.get(key);
  }

  private @Nullable Node require(String key) {
    Node node = find(key);
    if (node == null) {
      loading.standIn(origin);
      if (!quiet) {
        missing.add(key);
      }
    }
    return node;
  }

  private Text standIn(Origin place) {
    loading.standIn(place);
    return new Text("", place);
  }

  /** A string that must be there and have a character. */
  Text text(String key) {
    Node node = require(key);
    return node == null ? standIn(origin) : text(node, key, false);
  }

  /** A string that must be there but may be {@code ""}. */
  Text textOrEmpty(String key) {
    Node node = require(key);
    return node == null ? standIn(origin) : text(node, key, true);
  }

  /** A string that must have a character if it is there. */
  @Nullable Text optionalText(String key) {
    Node node = find(key);
    return node == null ? null : text(node, key, false);
  }

  private Text text(Node node, String key, boolean mayBeEmpty) {
    if (!(node instanceof Node.Scalar scalar)) {
      loading.error(node.origin(), "'" + key + "' must be a string, found " + node.description());
      return standIn(node.origin());
    }
    if (scalar.absent()) {
      loading.error(
          origin(key),
          "'" + key + "' has no value",
          mayBeEmpty ? "write \"\" for an empty string" : "write it behind the ':'");
      return standIn(node.origin());
    }
    if (!mayBeEmpty && scalar.value().isBlank()) {
      loading.error(node.origin(), "'" + key + "' is empty");
      return standIn(node.origin());
    }
    return scalar.text();
  }

  /** Shell: a string whose lines must be those of the file, so that nothing joins them. */
  @Nullable Text shell(String key) {
    Text text = optionalText(key);
    if (find(key) instanceof Node.Scalar scalar && scalar.rewrapped()) {
      loading.error(
          scalar.origin(),
          "the lines of '" + key + "' would not reach the shell as they stand here",
          "write '" + key + ": |' and the text in the lines below");
    }
    return text;
  }

  /** A list of strings, empty if it is not there. */
  List<Text> texts(String key) {
    Node node = find(key);
    return node == null ? List.of() : texts(node, key);
  }

  /** A list of strings that must be there; null if not all of it could be read. */
  @Nullable List<Text> requiredTexts(String key) {
    Node node = require(key);
    List<Text> texts = node == null ? List.of() : texts(node, key);
    if (node instanceof Node.Sequence sequence && texts.size() == sequence.items().size()) {
      return texts;
    }
    loading.notWhole();
    return null;
  }

  /** The list of strings that a name stands for. */
  static List<Text> texts(Loading loading, Text name, Node node) {
    return new Fields(loading, name.origin(), "'" + name + "'").texts(node, name.value());
  }

  private List<Text> texts(Node node, String key) {
    if (!(node instanceof Node.Sequence sequence)) {
      notAList(node, key, "a list of strings");
      return List.of();
    }
    List<Text> texts = new ArrayList<>();
    for (Node item : sequence.items()) {
      if (!(item instanceof Node.Scalar scalar) || scalar.absent()) {
        loading.error(
            item.origin(),
            "'" + key + "' must be a list of strings, found " + item.description() + " in it");
        loading.standIn(origin(key));
        loading.standIn(origin);
      } else {
        texts.add(scalar.text());
      }
    }
    return texts;
  }

  private void notAList(Node node, String key, String expected) {
    loading.standIn(origin);
    loading.standIn(origin(key));
    String message = "'" + key + "' must be " + expected + ", found " + node.description();
    if (node instanceof Node.Scalar scalar && !scalar.absent()) {
      String value = scalar.value();
      if (value.chars().anyMatch(Character::isWhitespace)) {
        loading.error(node.origin(), message, "write each string by itself: [ONE, ANOTHER]");
      } else {
        String item = NEEDS_NO_QUOTES.matcher(value).matches() ? value : "\"" + value + "\"";
        loading.error(node.origin(), message, "write [" + item + "]");
      }
    } else if (node instanceof Node.Scalar scalar && scalar.absent()) {
      loading.error(origin(key), message, "write [] for an empty list");
    } else {
      loading.error(node.origin(), message);
    }
  }

  /** A list of other things that must be there. */
  <T> List<T> items(String key, Function<Node, Optional<T>> reader) {
    naming.add(key);
    Node node = require(key);
    return node == null ? noItems() : items(node, key, reader);
  }

  /** A list of other things, empty if it is not there. */
  <T> List<T> optionalItems(String key, Function<Node, Optional<T>> reader) {
    Node node = find(key);
    return node == null ? List.of() : items(node, key, reader);
  }

  private <T> List<T> items(Node node, String key, Function<Node, Optional<T>> reader) {
    if (node instanceof Node.Sequence sequence) {
      return sequence.items().stream().map(reader).flatMap(Optional::stream).toList();
    }
    notAList(node, key, "a list");
    return noItems();
  }

  /** A mapping of names to things that must be there. */
  <T> List<T> entries(String key, BiFunction<Text, Node, T> reader) {
    naming.add(key);
    Node node = require(key);
    return node == null ? noItems() : entries(node, key, reader);
  }

  /** A mapping of names to things, empty if it is not there. */
  <T> List<T> optionalEntries(String key, BiFunction<Text, Node, T> reader) {
    naming.add(key);
    Node node = find(key);
    return node == null ? List.of() : entries(node, key, reader);
  }

  private <T> List<T> entries(Node node, String key, BiFunction<Text, Node, T> reader) {
    if (node instanceof Node.Mapping mapping) {
      return mapping.entries().stream().map(e -> reader.apply(e.key(), e.value())).toList();
    }
    loading.error(
        node instanceof Node.Scalar scalar && scalar.absent() ? origin(key) : node.origin(),
        "'" + key + "' must be a mapping of names, found " + node.description());
    return noItems();
  }

  private <T> List<T> noItems() {
    loading.notWhole();
    return List.of();
  }

  /** A mapping that is a thing of its own and must be there. */
  <T> T section(String key, Function<Fields, T> reader) {
    Node node = require(key);
    if (node == null) {
      Fields nothing = new Fields(loading, origin, "'" + key + "'");
      nothing.quiet = true;
      return reader.apply(nothing);
    }
    return read(loading, node, origin(key), "'" + key + "'", reader);
  }

  /** Names with strings, any of which may be {@code ""}. */
  <T> List<T> strings(String key, BiFunction<Text, Text, T> reader) {
    return optionalEntries(key, (name, node) -> reader.apply(name, string(name, node)));
  }

  private Text string(Text name, Node node) {
    return new Fields(loading, name.origin(), "'" + name + "'").text(node, name.value(), true);
  }

  /** A whole number from 1 upwards. */
  @Nullable Integer number(String key) {
    Text text = optionalText(key);
    if (text == null || text.value().isEmpty()) {
      return null;
    }
    if (!POSITIVE.matcher(text.value()).matches()) {
      loading.error(
          text.origin(), "'" + key + "' must be a whole number from 1, found '" + text + "'");
      return null;
    }
    return Integer.valueOf(text.value());
  }

  /** One of a few words; null if it is none of them, which has then been reported. */
  static <T> @Nullable T choice(Loading loading, Text text, String what, Map<String, T> words) {
    T chosen = words.get(text.value());
    if (chosen == null) {
      loading.notWhole();
      if (!text.value().isEmpty()) {
        String allowed = "allowed: " + String.join(", ", words.keySet());
        loading.error(
            text.origin(),
            "'" + text + "' is not " + what,
            DidYouMean.nearest(text.value(), words.keySet())
                .map(near -> "did you mean '" + near + "'?\n" + allowed)
                .orElse(allowed));
      }
    }
    return chosen;
  }
}
