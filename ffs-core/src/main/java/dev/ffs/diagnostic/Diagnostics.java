package dev.ffs.diagnostic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Collects diagnostics, so that all of them are shown together.
 *
 * <p>Not safe for several threads.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class Diagnostics {

  private final List<Diagnostic> found = new ArrayList<>();

  /** Makes an empty collection. */
  public Diagnostics() {}

  /**
   * Adds one.
   *
   * @param diagnostic what is wrong
   */
  public void add(Diagnostic diagnostic) {
    found.add(diagnostic);
  }

  /**
   * Adds several.
   *
   * @param diagnostics what is wrong
   */
  public void addAll(Iterable<Diagnostic> diagnostics) {
    diagnostics.forEach(found::add);
  }

  /**
   * Says whether anything of severity {@link Severity#ERROR} was added.
   *
   * @return true if so
   */
  public boolean hasErrors() {
    return found.stream().anyMatch(d -> d.severity() == Severity.ERROR);
  }

  /**
   * Returns what was added, ordered by place; what stands at the same place keeps its order.
   *
   * @return a copy
   */
  public List<Diagnostic> sorted() {
    return found.stream().sorted(Comparator.comparing(Diagnostic::origin)).distinct().toList();
  }

  /**
   * Throws everything at once if there is an error among it.
   *
   * @throws DiagnosticException with all that was added, ordered by place
   */
  public void throwIfErrors() {
    if (hasErrors()) {
      throw new DiagnosticException(sorted());
    }
  }
}
