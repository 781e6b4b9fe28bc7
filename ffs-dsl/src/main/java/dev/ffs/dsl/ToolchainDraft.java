package dev.ffs.dsl;

import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was said about a toolchain so far. */
final class ToolchainDraft implements ToolchainSpec {

  private final String id;
  private final Scope scope;
  private Toolchain.@Nullable Kind kind;
  private List<Text> path = List.of();
  private final List<Variable> environment = new ArrayList<>();

  ToolchainDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
  }

  @Override
  public ToolchainSpec kind(Toolchain.Kind kind) {
    scope.once("kind");
    this.kind = Objects.requireNonNull(kind, "kind");
    return this;
  }

  @Override
  public ToolchainSpec path(String... directories) {
    path = scope.texts("path", directories);
    return this;
  }

  @Override
  public ToolchainSpec environment(String name, String value) {
    environment.add(scope.variable(name, value));
    return this;
  }

  Toolchain toModel() {
    // In place of a missing one stands the kind that goes with every place.
    return new Toolchain(
        id, scope.required("kind", kind, Toolchain.Kind.CROSS), path, environment, scope.origin());
  }
}
