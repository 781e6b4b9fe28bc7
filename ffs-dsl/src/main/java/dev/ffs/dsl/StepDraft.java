package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Text;
import dev.ffs.model.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was said about a step so far. */
final class StepDraft implements StepSpec {

  /** The source of a step that has none. */
  private static final String NO_SOURCE = "none";

  private final String id;
  private final Scope scope;
  private final OptionsDraft options;
  private Needs needs = new Needs.Above();
  private Text source;
  private List<Text> extraSources = List.of();
  private final List<Variable> environment = new ArrayList<>();
  private @Nullable Integer jobs;
  private List<Text> overwrites = List.of();
  private @Nullable BuildSystem build;
  private @Nullable Origin buildAt;
  private @Nullable Text before;
  private @Nullable Text after;
  private @Nullable Text script;

  StepDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
    this.options = new OptionsDraft(scope);
    this.source = new Text(id, scope.origin());
  }

  @Override
  public StepSpec needs(String... steps) {
    needs = new Needs.Only(scope.texts("needs", steps));
    return this;
  }

  @Override
  public StepSpec prefix(String path) {
    options.prefix(scope.caller(), path);
    return this;
  }

  @Override
  public StepSpec configure(String... arguments) {
    options.configure(scope.caller(), arguments);
    return this;
  }

  @Override
  public StepSpec make(String... arguments) {
    options.make(scope.caller(), arguments);
    return this;
  }

  @Override
  public StepSpec install(String... arguments) {
    options.install(scope.caller(), arguments);
    return this;
  }

  @Override
  public StepSpec directory(String name) {
    options.directory(scope.caller(), name);
    return this;
  }

  @Override
  public StepSpec source(String source) {
    this.source = scope.text("source", source);
    return this;
  }

  @Override
  public StepSpec extraSources(String... ids) {
    extraSources = scope.texts("extraSources", ids);
    return this;
  }

  @Override
  public StepSpec environment(String name, String value) {
    environment.add(scope.variable(name, value));
    return this;
  }

  @Override
  public StepSpec jobs(int limit) {
    scope.once("jobs");
    jobs = limit;
    return this;
  }

  @Override
  public StepSpec overwrites(String... paths) {
    overwrites = scope.texts("overwrites", paths);
    return this;
  }

  @Override
  public StepSpec build(BuildSystem system) {
    buildAt = scope.once("build");
    build = Objects.requireNonNull(system, "system");
    return this;
  }

  @Override
  public StepSpec before(String shell) {
    before = scope.text("before", shell);
    return this;
  }

  @Override
  public StepSpec after(String shell) {
    after = scope.text("after", shell);
    return this;
  }

  @Override
  public StepSpec script(String shell) {
    script = scope.text("script", shell);
    return this;
  }

  PackageStep toModel() {
    if (script != null && buildAt != null) {
      scope.error(
          buildAt,
          "'build' does not go with a script",
          "the script is the whole build: drop one of the two");
    }
    return new PackageStep(
        id,
        sources(),
        needs,
        environment,
        script == null ? build : BuildSystem.SCRIPT,
        options.toModel(),
        before,
        after,
        script,
        jobs,
        overwrites,
        scope.origin());
  }

  private List<Text> sources() {
    List<Text> sources = new ArrayList<>();
    if (!source.value().equals(NO_SOURCE)) {
      sources.add(source);
    } else if (!extraSources.isEmpty()) {
      scope.error(
          extraSources.get(0).origin(),
          "'extraSources' are unpacked beside the source, but " + scope + " has none",
          "name one of them as 'source'");
    }
    sources.addAll(extraSources);
    return sources;
  }
}
