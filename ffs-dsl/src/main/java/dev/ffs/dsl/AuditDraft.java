package dev.ffs.dsl;

import dev.ffs.model.Output;
import dev.ffs.model.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was said about the audit so far. */
final class AuditDraft implements AuditSpec {

  private final Scope scope;
  private @Nullable List<Text> compilers;
  private List<Text> forbid = List.of();
  private List<Text> except = List.of();

  AuditDraft(Scope scope) {
    this.scope = scope;
  }

  @Override
  public AuditSpec compilers(String... comments) {
    compilers = scope.texts("compilers", comments);
    return this;
  }

  @Override
  public AuditSpec forbid(String... paths) {
    forbid = scope.texts("forbid", paths);
    return this;
  }

  @Override
  public AuditSpec except(String... paths) {
    except = scope.texts("except", paths);
    return this;
  }

  Output.Audit toModel() {
    List<Text> required =
        scope.required("compilers", compilers, List.of(new Text("missing", Scope.MISSING)));
    return new Output.Audit(required, forbid, except, scope.origin());
  }
}
