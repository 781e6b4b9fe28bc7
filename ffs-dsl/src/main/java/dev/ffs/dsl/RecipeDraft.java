package dev.ffs.dsl;

import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Output;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said about a recipe so far. */
final class RecipeDraft implements RecipeSpec {

  private final String id;
  private final Scope scope;
  private @Nullable Text title;
  private final List<PhaseDraft> phases = new ArrayList<>();
  private final List<ToolchainDraft> toolchains = new ArrayList<>();
  private @Nullable OutputDraft output;
  private @Nullable Path patches;
  private final List<MirrorGroup> mirrors = new ArrayList<>();
  private final List<SourceDraft> sources = new ArrayList<>();
  private final List<TargetDraft> targets = new ArrayList<>();

  RecipeDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
  }

  @Override
  public RecipeSpec title(String title) {
    this.title = scope.text("title", title);
    return this;
  }

  @Override
  public RecipeSpec phase(String name, Consumer<PhaseSpec> phase) {
    Scope inner = named("phase", name);
    PhaseDraft draft = new PhaseDraft(name, inner);
    inner.run(draft, phase);
    phases.add(draft);
    return this;
  }

  @Override
  public RecipeSpec toolchain(String name, Consumer<ToolchainSpec> toolchain) {
    Scope inner = named("toolchain", name);
    ToolchainDraft draft = new ToolchainDraft(name, inner);
    inner.run(draft, toolchain);
    toolchains.add(draft);
    return this;
  }

  @Override
  public RecipeSpec output(Consumer<OutputSpec> section) {
    scope.once("output");
    Scope inner = scope.inner("output");
    output = new OutputDraft(inner);
    inner.run(output, section);
    return this;
  }

  @Override
  public RecipeSpec patchesFrom(Path directory) {
    scope.once("patchesFrom");
    patches = Objects.requireNonNull(directory, "directory");
    return this;
  }

  @Override
  public RecipeSpec mirror(String name, String... bases) {
    Scope inner = named("mirror", name);
    mirrors.add(new MirrorGroup(name, Scope.texts(inner.origin(), bases), inner.origin()));
    return this;
  }

  @Override
  public RecipeSpec source(String name, Consumer<SourceSpec> source) {
    Scope inner = named("source", name);
    SourceDraft draft = new SourceDraft(name, inner);
    inner.run(draft, source);
    sources.add(draft);
    return this;
  }

  @Override
  public RecipeSpec target(String name, Consumer<TargetSpec> target) {
    Scope inner = named("target", name);
    TargetDraft draft = new TargetDraft(name, inner);
    inner.run(draft, target);
    targets.add(draft);
    return this;
  }

  Recipe toModel() {
    Output noOutput = new Output(List.of(), List.of(), List.of(), List.of(), Scope.MISSING);
    return new Recipe(
        id,
        scope.required("title", title),
        phases.stream().map(PhaseDraft::toModel).toList(),
        toolchains.stream().map(ToolchainDraft::toModel).toList(),
        scope.required("output", output == null ? null : output.toModel(), noOutput),
        mirrors,
        sources.stream().map(source -> source.toModel(patches)).toList(),
        // In YAML each is a file, so they have no order but that of their names.
        targets.stream()
            .map(TargetDraft::toModel)
            .sorted(Comparator.comparing(Target::id))
            .toList(),
        scope.origin());
  }

  private Scope named(String kind, String name) {
    return scope.inner(kind + " '" + name + "'");
  }
}
