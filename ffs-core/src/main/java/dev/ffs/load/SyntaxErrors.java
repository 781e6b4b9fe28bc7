package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Origin;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;

/** Says in plain words what the YAML library says in those of its grammar. */
final class SyntaxErrors {

  private static final List<Rule> RULES =
      List.of(
          rule(
              "found character '\\\\t.*",
              "a tab cannot stand here: YAML is indented with spaces",
              "replace the tab by spaces"),
          rule(
              "found character '(.)' that cannot start any token.*",
              "a value cannot begin with '$1'",
              "put the value in quotes"),
          rule(
              "mapping values are not allowed here",
              "a ':' cannot stand here",
              "a value that holds ': ' needs quotes; otherwise this line or the one above is"
                  + " indented wrongly"),
          opening(
              "expected ',' or '\\]', but got .*",
              "the list that begins here is not closed",
              "close it with ']', and separate its items by ','"),
          opening(
              "expected ',' or '}', but got .*",
              "the mapping that begins here is not closed",
              "close it with '}', and separate its entries by ','"),
          opening(
              "found unexpected (end of stream|document separator)",
              "the quote that begins here is not closed",
              "close it, or double a quote that belongs to the value"),
          rule(
              "found unknown escape character (\\S).*",
              "\\\\$1 means nothing in double quotes",
              "write \\\\\\\\ for a backslash, or use single quotes"),
          rule(
              "expected escape sequence of (\\d) hexadecimal numbers.*",
              "this escape needs $1 hexadecimal digits",
              "write \\\\\\\\ for a backslash, or use single quotes"),
          rule(
              "expected <block end>, but found '-'",
              "a list item cannot stand here",
              "the items of a list are indented alike, and stand below their key"),
          rule(
              "expected <block end>, but found '<scalar>'",
              "this text belongs to nothing",
              "either the line is indented wrongly, or a quote before it is not closed or ends too early"),
          rule(
              "expected <block end>, but found .*",
              "this does not fit to what stands above",
              "entries of one mapping are indented alike"),
          rule(
              "expected '<document start>', but found '<stream end>'",
              "there is nothing but directives",
              "remove the lines that begin with '%'"),
          rule(
              "expected '<document start>', but found .*",
              "this does not belong to what stands above",
              "a file holds one mapping, all of whose keys begin in the same column"),
          rule(
              "expected the node content, but found .*",
              "a value is missing before this",
              "it may be that a '[' or '{' above is not closed"),
          opening(
              "could not find expected ':'",
              "a ':' is missing behind this",
              "write KEY: VALUE, or '- ' before an item of a list"),
          rule(
              "unexpected character found .*",
              "a name is missing behind '&' or '*'",
              "put a value that begins with '&' or '*' in quotes"),
          rule(
              "sequence entries are not allowed here",
              "a list cannot begin behind a key",
              "put its items in the lines below, or write [a, b]"),
          rule(
              "expected (chomping or indentation indicators|a comment or a line break), but found"
                  + " .*",
              "the text of a block begins in the line below '|'",
              "end the line behind '|'"),
          rule(
              "\\s*the leading empty lines contain more spaces.*",
              "the text is indented less than the empty lines above it",
              "remove the spaces from the empty lines"));

  private SyntaxErrors() {}

  /**
   * Explains an error.
   *
   * @param file the file's name
   * @param error what the library threw
   * @return the same as we would say it
   */
  static Diagnostic explain(String file, YamlEngineException error) {
    if (error instanceof YamlVersionException) {
      return Diagnostic.error(Origin.ofFile(file), "this version of YAML is not known")
          .withHelp("remove the line %YAML");
    }
    if (!(error instanceof MarkedYamlEngineException marked)) {
      return Diagnostic.error(Origin.ofFile(file), "this is not YAML: " + error.getMessage());
    }
    Origin problem = place(file, marked.getProblemMark());
    for (Rule rule : RULES) {
      Matcher matcher = rule.problem().matcher(marked.getProblem());
      if (matcher.matches()) {
        Origin origin = rule.opening() ? place(file, marked.getContextMark()) : problem;
        return Diagnostic.error(origin, matcher.replaceFirst(rule.message()))
            .withHelp(matcher.replaceFirst(rule.help()));
      }
    }
    return Diagnostic.error(problem, "this is not YAML: " + marked.getProblem());
  }

  private static Origin place(String file, Optional<Mark> mark) {
    return mark.map(m -> YamlParser.origin(file, m)).orElse(Origin.ofFile(file));
  }

  private static Rule rule(String problem, String message, String help) {
    return new Rule(Pattern.compile(problem, Pattern.DOTALL), false, message, help);
  }

  private static Rule opening(String problem, String message, String help) {
    return new Rule(Pattern.compile(problem, Pattern.DOTALL), true, message, help);
  }

  /**
   * How to say something.
   *
   * @param problem what the library says
   * @param opening whether the place is where the broken thing begins, not where it was noticed
   * @param message what we say, as a replacement of the pattern
   * @param help what would be right, as a replacement of the pattern
   */
  private record Rule(Pattern problem, boolean opening, String message, String help) {}
}
