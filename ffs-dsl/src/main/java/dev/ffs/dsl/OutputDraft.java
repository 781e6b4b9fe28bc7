package dev.ffs.dsl;

import dev.ffs.model.Output;
import dev.ffs.model.Output.DirectoryEntry;
import dev.ffs.model.Output.OwnerEntry;
import dev.ffs.model.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said about the output so far. */
final class OutputDraft implements OutputSpec {

  private final Scope scope;
  private @Nullable List<Text> phases;
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
    Text value = scope.entry("directory", path, mode);
    directories.add(new DirectoryEntry(new Text(path, value.origin()), value));
    return this;
  }

  @Override
  public OutputSpec owner(String path, Consumer<OwnerSpec> owner) {
    Text key = scope.entry("owner", path, path);
    Scope inner = scope.inner("owner '" + path + "'");
    OwnerDraft draft = new OwnerDraft(inner);
    inner.run(draft, owner);
    owners.add(draft.toModel(key));
    return this;
  }

  Output toModel() {
    return new Output(
        scope.required("phases", phases, List.of()), exclude, directories, owners, scope.origin());
  }
}
