package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Output;
import dev.ffs.model.Output.DirectoryEntry;
import dev.ffs.model.Output.OwnerEntry;
import dev.ffs.model.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What was said about the output so far. */
final class OutputDraft implements OutputSpec {

  private final Scope scope;
  private List<Text> phases = List.of();
  private List<Text> exclude = List.of();
  private final List<DirectoryEntry> directories = new ArrayList<>();
  private final List<OwnerEntry> owners = new ArrayList<>();

  OutputDraft(Scope scope) {
    this.scope = scope;
  }

  @Override
  public OutputSpec phases(String... ids) {
    phases = scope.texts("phases", ids);
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

  Output toModel() {
    return new Output(phases, exclude, directories, owners, scope.origin());
  }
}
