package dev.ffs.engine;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.TarReader;
import dev.ffs.archive.TreeEntries;
import dev.ffs.audit.Audit;
import dev.ffs.audit.AuditReport;
import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.exec.Cancellation;
import dev.ffs.model.Architecture;
import dev.ffs.model.Output;
import dev.ffs.model.Recipe;
import dev.ffs.model.Text;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import dev.ffs.script.Bundle;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.store.StoreException;
import dev.ffs.validate.RecipeValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apiguardian.api.API;

/**
 * Plans, fetches, generates and builds.
 *
 * <p>Safe for several threads; builds that share a store share what they have in common.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Ffs {

  private final ScriptGenerator scripts = ScriptGenerator.create();

  private Ffs() {}

  /**
   * Makes an entry point.
   *
   * @return the entry point; keep it, since templates are parsed once for each
   */
  public static Ffs create() {
    return new Ffs();
  }

  /**
   * Plans a build.
   *
   * @param recipe the recipe
   * @param target id of the target
   * @return the plan
   * @throws DiagnosticException if the recipe has errors or no such target
   */
  public BuildPlan plan(Recipe recipe, String target) {
    Diagnostics diagnostics = new Diagnostics();
    diagnostics.addAll(RecipeValidator.validate(recipe));
    diagnostics.throwIfErrors();
    return Planner.plan(recipe, target);
  }

  /**
   * Returns what an executor gets to know of each phase when it is finished: see {@link
   * dev.ffs.exec.Executor#snapshot}.
   *
   * @param plan the plan
   * @return id of a phase to a digest over all that the plan says of it and of those before it, in
   *     the order of the plan
   */
  public Map<String, String> phaseKeys(BuildPlan plan) {
    return Collections.unmodifiableMap(PhaseKeys.of(plan, scripts));
  }

  /**
   * Gets the sources of a build and nothing else.
   *
   * @param request what to build
   * @return true, or false if it was cancelled
   * @throws DiagnosticException if the recipe has errors or no such target
   * @throws dev.ffs.source.SourceUnavailableException if a source cannot be had
   */
  public boolean fetch(BuildRequest request) {
    BuildPlan plan = plan(request.recipe(), request.target());
    return Fetching.fetch(request, plan, new Announcer(request.listeners())).isPresent();
  }

  /**
   * Builds.
   *
   * <p>A step that fails ends the build and is told by the result, not by an exception.
   *
   * @param request what to build
   * @return how it ended
   * @throws DiagnosticException if the recipe has errors or no such target
   * @throws dev.ffs.source.SourceUnavailableException if a source cannot be had
   * @throws HostException if this machine lacks something that the build needs
   * @throws StoreException if the store cannot be used
   */
  public BuildResult build(BuildRequest request) {
    return build(request, Set.of());
  }

  /**
   * Builds some steps, and what they see, as far as {@link #build(BuildRequest)} would not find it
   * built.
   *
   * @param request what to build; what it says of the output counts only if there are no steps
   * @param steps the steps; all, and then the output, if empty
   * @return how it ended, without outputs if there are steps
   * @throws DiagnosticException if the recipe has errors, or no such target or step
   * @throws dev.ffs.source.SourceUnavailableException if a source cannot be had
   * @throws HostException if this machine lacks something that the steps need
   * @throws StoreException if the store cannot be used
   */
  public BuildResult build(BuildRequest request, Set<StepId> steps) {
    return cancellable(request, own -> begin(own, steps).run());
  }

  private Build begin(BuildRequest request, Set<StepId> steps) {
    BuildPlan plan = plan(request.recipe(), request.target());
    steps.forEach(id -> stepOf(request, plan, id));
    return new Build(request, plan, steps, scripts, new Announcer(request.listeners()));
  }

  /**
   * With a cancellation of its own: a build that fails stops its steps, but nobody cancelled it.
   */
  private static <T> T cancellable(BuildRequest request, Function<BuildRequest, T> action) {
    Cancellation own = new Cancellation();
    Cancellation.Registration registration = request.cancellation().onCancel(own::cancel);
    try {
      return action.apply(request.with(own));
    } finally {
      registration.close();
    }
  }

  /**
   * Writes a plan as files that need no Java.
   *
   * @param plan the plan
   * @param directory takes the files; must be empty, missing, or hold an earlier bundle, whose
   *     archives and finished steps stay
   * @throws IOException if it cannot be written, or holds anything else
   */
  public void generate(BuildPlan plan, Path directory) throws IOException {
    Path marker = directory.resolve("steps.tsv");
    if (Files.isDirectory(directory) && !Files.exists(marker)) {
      try (var entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new IOException(directory + " is not empty and no bundle; name another directory");
        }
      }
    }
    for (Bundle.BundleFile file : scripts.bundle(plan).files()) {
      Path path = directory.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.content());
      if (file.executable()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  /**
   * Builds the steps and what they see, and then runs the steps again with all varied that should
   * not matter: whether they make the same. Ends after the first step that does not, unless the
   * request says to keep going.
   *
   * @param request what to build; packs nothing, so its output is not used
   * @param steps the steps to run again; all if empty
   * @return what was found
   * @throws DiagnosticException if the recipe has errors, or no such target or step
   * @throws dev.ffs.source.SourceUnavailableException if a source cannot be had
   * @throws HostException if this machine lacks something that the build needs
   * @throws StoreException if the store cannot be used
   */
  public CheckResult check(BuildRequest request, Set<StepId> steps) {
    return cancellable(request, own -> begin(own, steps).check());
  }

  /**
   * Judges a root file system as the output of a recipe: whether what its files say of themselves
   * fits what the recipe builds. A recipe without an {@code audit} allows no compiler.
   *
   * @param recipe the recipe
   * @param target id of the target
   * @param root a directory, or a tarball by the name of {@code .tar}, {@code .tar.gz} or {@code
   *     .tar.xz}
   * @return what was found
   * @throws DiagnosticException if the recipe has errors or no such target, or nothing is known
   *     about its processor
   * @throws IOException if the root cannot be read
   */
  public AuditReport audit(Recipe recipe, String target, Path root) throws IOException {
    BuildPlan plan = plan(recipe, target);
    Text triple = plan.target().triple();
    if (Architecture.ofTriple(triple.value()).isEmpty()) {
      throw new DiagnosticException(
          List.of(
              Diagnostic.error(
                  triple.origin(), "no audit knows the processor of '" + triple + "'")));
    }
    Output output = plan.output();
    Output.Audit rules =
        output.audit() != null
            ? output.audit()
            : new Output.Audit(List.of(), List.of(), List.of(), output.origin());
    Audit audit = Audit.of(plan.target(), rules, OutputWriter.forbidden(plan, Optional.empty()));
    if (Files.isDirectory(root)) {
      for (ArchiveEntry entry : TreeEntries.of(root)) {
        audit.add(entry);
      }
    } else {
      TarReader.read(root, audit::add);
    }
    return audit.report();
  }

  /**
   * Says for each step what a build would do with it now, and why. Runs and fetches nothing.
   *
   * @param request the build
   * @return a forecast for each step, in the order of the plan
   * @throws DiagnosticException if the recipe has errors or no such target
   * @throws StoreException if the store cannot be read
   * @throws HostException if this machine has no compiler, and so it cannot be told
   */
  public List<Forecast> forecast(BuildRequest request) {
    return new Forecaster(request, plan(request.recipe(), request.target()), scripts).forecast();
  }

  /**
   * Returns how to enter the root of a step with a shell: if it failed, as it was when it failed.
   *
   * @param request the build
   * @param id the step
   * @return the shell's command, to be closed after it has ended; until then nobody removes what it
   *     uses
   * @throws DiagnosticException if the recipe has errors, or no such target or step
   * @throws HostException if the steps that this one sees have not been built, or there is no
   *     enclosure to enter
   * @throws StoreException if the store cannot be used, or somebody has a shell open there already
   */
  public StepShell shell(BuildRequest request, StepId id) {
    return begin(request, Set.of(id)).shell(id);
  }

  private static PlannedStep stepOf(BuildRequest request, BuildPlan plan, StepId id) {
    return plan.step(id)
        .orElseThrow(
            () ->
                new DiagnosticException(
                    List.of(
                        Diagnostic.error(
                                request.recipe().origin(),
                                "recipe '%s' has no step '%s'".formatted(plan.recipe(), id))
                            .withSuggestion(
                                id.toString(),
                                plan.steps().stream().map(s -> s.id().toString()).toList()))));
  }
}
