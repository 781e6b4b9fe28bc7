package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one YAML document as nothing but strings, lists and mappings.
 *
 * <p>Works on the parser's events: anchors, aliases and tags are seen before anything is made of
 * them, and nothing is built deeper than a recipe can be.
 */
final class YamlParser {

  /** A recipe needs six levels. */
  static final int MAX_DEPTH = 20;

  private final String file;
  private final List<String> lines;
  private final Loading loading;
  private final Iterator<Event> events;

  private YamlParser(String file, String text, List<String> lines, Loading loading) {
    this.file = file;
    this.lines = lines;
    this.loading = loading;
    LoadSettings settings = LoadSettings.builder().setLabel(file).build();
    // Not api.lowlevel, which the library's module does not export.
    this.events = new ParserImpl(settings, new StreamReader(settings, text));
  }

  /**
   * Parses a file's text.
   *
   * @param file its name for messages
   * @param content its text, with or without a byte order mark
   * @param loading learns the file's lines, and of duplicate keys
   * @return the document
   * @throws DiagnosticException if this is not one YAML document of the plain kind
   */
  static Node parse(String file, String content, Loading loading) {
    String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
    List<String> lines = TextFiles.lines(text);
    loading.lines(file, lines);
    checkCharacters(file, lines);
    YamlParser parser = new YamlParser(file, text, lines, loading);
    try {
      return parser.document();
    } catch (YamlEngineException e) {
      throw new DiagnosticException(List.of(SyntaxErrors.explain(file, e)));
    }
  }

  private static void checkCharacters(String file, List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      int[] characters = lines.get(i).codePoints().toArray();
      for (int j = 0; j < characters.length; j++) {
        if (!StreamReader.isPrintable(characters[j])) {
          throw fatal(
              new Origin(file, i + 1, j + 1),
              String.format("character U+%04X cannot stand in YAML", characters[j]),
              "in double quotes it can be written as an escape, such as \\x1B");
        }
      }
    }
  }

  private Node document() {
    events.next(); // start of the stream
    if (events.next().getEventId() == Event.ID.StreamEnd) {
      throw empty();
    }
    Node root = node(events.next(), 1);
    events.next(); // end of the document
    Event next = events.next();
    if (next.getEventId() != Event.ID.StreamEnd) {
      throw fatal(origin(next), "a second document begins here", "a file holds one document");
    }
    if (root instanceof Node.Scalar scalar && scalar.absent()) {
      throw empty();
    }
    return root;
  }

  private DiagnosticException empty() {
    return new DiagnosticException(
        List.of(Diagnostic.error(Origin.ofFile(file), "the file is empty")));
  }

  private Node node(Event event, int depth) {
    Origin origin = origin(event);
    if (event instanceof AliasEvent alias) {
      throw fatal(
          origin,
          "the alias '*" + alias.getAlias() + "' is not allowed",
          "write out what it stands for; put a value that begins with '*' in quotes");
    }
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw fatal(
          origin,
          "the anchor '&" + node.getAnchor().get() + "' is not allowed",
          "write out at each place what it is to stand for; put a value that begins with '&' in"
              + " quotes");
    }
    if (depth > MAX_DEPTH) {
      throw fatal(origin, "nested too deep", "a recipe needs less than " + MAX_DEPTH + " levels");
    }
    return switch (event.getEventId()) {
      case Scalar -> scalar((ScalarEvent) event);
      case SequenceStart -> {
        noTag(((CollectionStartEvent) event).getTag(), origin);
        List<Node> items = new ArrayList<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
          items.add(node(e, depth + 1));
        }
        yield new Node.Sequence(origin, List.copyOf(items));
      }
      case MappingStart -> {
        noTag(((CollectionStartEvent) event).getTag(), origin);
        yield mapping(origin, depth);
      }
      default -> throw new IllegalStateException("unexpected " + event);
    };
  }

  private Node mapping(Origin origin, int depth) {
    Map<String, Node.Entry> entries = new HashMap<>();
    List<Node.Entry> inOrder = new ArrayList<>();
    for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
      Node key = node(e, depth + 1);
      if (!(key instanceof Node.Scalar name) || name.value().isBlank()) {
        throw fatal(
            key.origin(),
            "a key must be a string, this is "
                + (key instanceof Node.Scalar ? "empty" : key.description()),
            "write KEY: VALUE");
      }
      Node.Entry entry = new Node.Entry(name.text(), node(events.next(), depth + 1));
      Node.Entry first = entries.putIfAbsent(name.value(), entry);
      if (first == null) {
        inOrder.add(entry);
      } else {
        loading.error(
            key.origin(),
            "duplicate key '" + name.value() + "'",
            "the first one is at " + first.key().origin());
      }
    }
    return new Node.Mapping(origin, List.copyOf(inOrder));
  }

  private Node scalar(ScalarEvent event) {
    Origin start = origin(event);
    noTag(event.getTag(), start);
    String value = event.getValue();
    boolean absent = event.isPlain() && value.isEmpty();
    int height = line(event.getEndMark()) - line(event.getStartMark());
    boolean rewrapped = !event.isLiteral() && (height > 0 || value.contains("\n"));
    return new Node.Scalar(start, new Text(value, textOrigin(event, start)), absent, rewrapped);
  }

  /** Returns where the value begins; without a column if its characters are not the file's. */
  private Origin textOrigin(ScalarEvent event, Origin start) {
    Mark from = event.getStartMark().orElseThrow();
    Mark to = event.getEndMark().orElseThrow();
    if (event.isLiteral()) {
      return literalOrigin(event.getValue(), start);
    }
    int quotes = event.isPlain() ? 0 : 1;
    int characters = event.getValue().codePointCount(0, event.getValue().length());
    boolean asWritten =
        from.getLine() == to.getLine()
            && to.getIndex() - from.getIndex() == characters + 2 * quotes;
    return new Origin(file, start.line(), asWritten ? start.column() + quotes : 0);
  }

  private static int line(Optional<Mark> mark) {
    return mark.orElseThrow().getLine();
  }

  private Origin literalOrigin(String value, Origin start) {
    List<String> valueLines = TextFiles.lines(value);
    for (int i = 0; i < valueLines.size() && start.line() + i < lines.size(); i++) {
      if (!valueLines.get(i).isBlank()) {
        int indentation = indentation(lines.get(start.line() + i)) - indentation(valueLines.get(i));
        return new Origin(file, start.line() + 1, indentation + 1);
      }
    }
    return start;
  }

  private static int indentation(String line) {
    return line.length() - line.replaceFirst("^ +", "").length();
  }

  private static void noTag(Optional<String> tag, Origin origin) {
    if (tag.isPresent()) {
      throw fatal(
          origin,
          "the tag '" + tag.get().replace("tag:yaml.org,2002:", "!!") + "' is not allowed",
          "every value is a string; put a value that begins with '!' in quotes");
    }
  }

  private Origin origin(Event event) {
    return origin(file, event.getStartMark().orElseThrow());
  }

  /** Counts from 1, where the library counts from 0. */
  static Origin origin(String file, Mark mark) {
    return new Origin(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static DiagnosticException fatal(Origin origin, String message, String help) {
    return new DiagnosticException(List.of(Diagnostic.error(origin, message).withHelp(help)));
  }
}
