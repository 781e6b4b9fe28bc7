package dev.ffs.dsl;

import dev.ffs.model.BuildDefaults;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Text;
import dev.ffs.model.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said about a phase so far. */
final class PhaseDraft implements PhaseSpec {

  private final String id;
  private final Scope scope;
  private @Nullable Place where;
  private @Nullable Text toolchain;
  private @Nullable List<Text> sees;
  private Text shell;
  private final List<Variable> environment = new ArrayList<>();
  private final List<BuildDefaults> defaults = new ArrayList<>();
  private final List<StepDraft> steps = new ArrayList<>();

  PhaseDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
    this.shell = new Text(Phase.DEFAULT_SHELL, scope.origin());
  }

  @Override
  public PhaseSpec where(Place where) {
    scope.once("where");
    this.where = Objects.requireNonNull(where, "where");
    return this;
  }

  @Override
  public PhaseSpec toolchain(String toolchain) {
    this.toolchain = scope.text("toolchain", toolchain);
    return this;
  }

  @Override
  public PhaseSpec sees(String... phases) {
    sees = scope.texts("sees", phases);
    return this;
  }

  @Override
  public PhaseSpec shell(String path) {
    shell = scope.text("shell", path);
    return this;
  }

  @Override
  public PhaseSpec environment(String name, String value) {
    environment.add(scope.variable(name, value));
    return this;
  }

  @Override
  public PhaseSpec defaults(DefaultsSpec... given) {
    scope.once("defaults");
    for (DefaultsSpec spec : given) {
      GivenDefaults one = (GivenDefaults) spec;
      String name = one.system().name().toLowerCase(Locale.ROOT);
      defaults.add(one.toModel(scope.inner(name + " of " + scope)));
    }
    return this;
  }

  @Override
  public PhaseSpec step(String id) {
    return step(id, step -> {});
  }

  @Override
  public PhaseSpec step(String id, Consumer<StepSpec> step) {
    Objects.requireNonNull(id, "id");
    Scope inner = scope.inner("step '" + id + "'");
    StepDraft draft = new StepDraft(id, inner);
    inner.run(draft, step);
    steps.add(draft);
    return this;
  }

  Phase toModel() {
    Text used = scope.required("toolchain", toolchain);
    return new Phase(
        id,
        scope.required("where", where, Place.HOST),
        // Whether they go together cannot be told when one is missing.
        where == null ? new Text("", Scope.MISSING) : used,
        sees,
        shell,
        environment,
        defaults,
        steps.stream().map(StepDraft::toModel).toList(),
        scope.origin());
  }
}
