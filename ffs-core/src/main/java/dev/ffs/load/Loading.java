package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.diagnostic.Origin;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What came to light while one recipe was loaded. */
final class Loading {

  /** What could play tricks on the terminal that shows a line. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t]]");

  private final Diagnostics found = new Diagnostics();
  private final Map<String, List<String>> lines = new HashMap<>();
  private final Set<Origin> standIns = new HashSet<>();
  private boolean whole = true;

  void error(Origin origin, String message) {
    found.add(Diagnostic.error(origin, message));
  }

  void error(Origin origin, String message, String help) {
    found.add(Diagnostic.error(origin, message).withHelp(help));
  }

  void addAll(List<Diagnostic> diagnostics) {
    found.addAll(diagnostics);
  }

  /** Keeps the lines of a file to show them in messages. */
  void lines(String file, List<String> ofFile) {
    lines.put(file, ofFile);
  }

  /**
   * Notes that at this place something stands in for what could not be read: what a rule says about
   * it would only repeat that.
   */
  void standIn(Origin origin) {
    standIns.add(origin);
  }

  /**
   * Notes that named things are missing from the model, so that rules over the whole recipe would
   * take references to them for errors.
   */
  void notWhole() {
    whole = false;
  }

  boolean isWhole() {
    return whole;
  }

  /** Adds what the rules say, except about places where something stands in. */
  void addFindings(List<Diagnostic> findings) {
    findings.stream().filter(d -> !standIns.contains(d.origin())).forEach(found::add);
  }

  /** Throws all errors with the lines they are about. */
  void throwIfErrors() {
    Diagnostics shown = new Diagnostics();
    found.sorted().forEach(d -> shown.add(withLine(d)));
    shown.throwIfErrors();
  }

  private Diagnostic withLine(Diagnostic diagnostic) {
    List<String> file = lines.getOrDefault(diagnostic.origin().file(), List.of());
    int line = diagnostic.origin().line();
    return line >= 1 && line <= file.size()
        ? diagnostic.withSourceLine(CONTROL.matcher(file.get(line - 1)).replaceAll("?"))
        : diagnostic;
  }
}
