package dev.ffs.diagnostic;

import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Thrown once, with everything that was found to be wrong. */
@API(status = API.Status.STABLE, since = "0.1")
public final class DiagnosticException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  /**
   * Makes the exception.
   *
   * @param diagnostics what is wrong, in the order to print; never empty
   */
  public DiagnosticException(List<Diagnostic> diagnostics) {
    super(diagnostics.stream().map(Diagnostic::toString).collect(Collectors.joining("\n")));
    if (diagnostics.isEmpty()) {
      throw new IllegalArgumentException("an exception without a diagnostic");
    }
    this.diagnostics = List.copyOf(diagnostics);
  }

  /**
   * Returns what is wrong.
   *
   * @return at least one diagnostic
   */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
