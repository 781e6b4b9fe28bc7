package dev.ffs.dsl;

import dev.ffs.model.Output.OwnerEntry;
import dev.ffs.model.Text;
import org.jspecify.annotations.Nullable;

/** What was said about the owner of a path so far. */
final class OwnerDraft implements OwnerSpec {

  private final Scope scope;
  private @Nullable Text user;
  private @Nullable Text group;
  private @Nullable Text mode;

  OwnerDraft(Scope scope) {
    this.scope = scope;
  }

  @Override
  public OwnerSpec user(int id) {
    user = scope.text("user", Integer.toString(id));
    return this;
  }

  @Override
  public OwnerSpec group(int id) {
    group = scope.text("group", Integer.toString(id));
    return this;
  }

  @Override
  public OwnerSpec mode(String mode) {
    this.mode = scope.text("mode", mode);
    return this;
  }

  OwnerEntry toModel(Text path) {
    return new OwnerEntry(path, user, group, mode);
  }
}
