package dev.ffs.load;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import java.util.List;

/** A piece of YAML and its place. */
sealed interface Node {

  /** Where it begins. */
  Origin origin();

  /** What it is, as a word in a sentence. */
  String description();

  /**
   * A string.
   *
   * @param origin where it begins: of a block scalar the {@code |}
   * @param text its value and where that begins
   * @param absent whether nothing at all was written, not even quotes
   * @param rewrapped whether the lines of the value are not lines of the file
   */
  record Scalar(Origin origin, Text text, boolean absent, boolean rewrapped) implements Node {

    String value() {
      return text.value();
    }

    @Override
    public String description() {
      if (absent) {
        return "nothing";
      }
      return value().contains("\n") || value().length() > 60
          ? "a text"
          : "the string '" + value() + "'";
    }
  }

  /** A list. */
  record Sequence(Origin origin, List<Node> items) implements Node {

    @Override
    public String description() {
      return "a list";
    }
  }

  /** Keys with values; no key is there twice. */
  record Mapping(Origin origin, List<Entry> entries) implements Node {

    @Override
    public String description() {
      return "a mapping";
    }
  }

  /** A key with its value. */
  record Entry(Text key, Node value) {}
}
