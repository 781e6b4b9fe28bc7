package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Output;
import dev.ffs.model.Output.DirectoryEntry;
import dev.ffs.model.Output.OwnerEntry;
import dev.ffs.model.OutputFormat;
import dev.ffs.model.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said about the output so far. */
final class OutputDraft implements OutputSpec {

  private final Scope scope;
  private List<Text> phases = List.of();
  private @Nullable List<Text> formats;
  private List<Text> exclude = List.of();
  private final List<DirectoryEntry> directories = new ArrayList<>();
  private final List<OwnerEntry> owners = new ArrayList<>();
  private Output.@Nullable Audit audit;

  OutputDraft(Scope scope) {
    this.scope = scope;
  }

  @Override
  public OutputSpec phases(String... ids) {
    phases = scope.texts("phases", ids);
    return this;
  }

  @Override
  public OutputSpec formats(String... ids) {
    formats = scope.texts("formats", ids);
    return this;
  }

  @Override
  public OutputSpec exclude(String... paths) {
    exclude = scope.texts("exclude", paths);
    return this;
  }

  @Override
  public OutputSpec directory(String path, String mode) {
    Origin at = scope.caller();
    directories.add(new DirectoryEntry(Scope.text(path, at), Scope.text(mode, at)));
    return this;
  }

  @Override
  public OutputSpec owner(String path, Consumer<OwnerSpec> owner) {
    Scope inner = scope.inner("owner '" + path + "'");
    OwnerDraft draft = new OwnerDraft(inner);
    inner.run(draft, owner);
    owners.add(draft.toModel(Scope.text(path, inner.origin())));
    return this;
  }

  @Override
  public OutputSpec audit(Consumer<AuditSpec> body) {
    scope.once("audit");
    Scope inner = scope.inner("audit");
    AuditDraft draft = new AuditDraft(inner);
    inner.run(draft, body);
    audit = draft.toModel();
    return this;
  }

  Output toModel() {
    List<Text> packed =
        formats != null ? formats : List.of(new Text(OutputFormat.DEFAULT.id(), scope.origin()));
    return new Output(phases, packed, exclude, directories, owners, audit, scope.origin());
  }
}
