package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.BuildResult.StepFailure;
import dev.ffs.engine.Enclosure;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.lxd.LxdException;
import dev.ffs.exec.lxd.LxdSnapshot;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ffs build}. */
@Command(
    name = "build",
    description = "Build a recipe for a target, or only some of its steps and what they need.")
final class BuildCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Spec CommandSpec spec;
  @Mixin CommonOptions common;
  @Mixin RequestOptions options;

  @Parameters(
      index = "2..*",
      paramLabel = "STEP",
      description = "As PHASE/STEP; default: all steps.")
  List<String> steps = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "out",
      description = "Where the result goes; default: ${DEFAULT-VALUE}.")
  Path output;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Jobs that run at once; default: the number of processors.")
  @Nullable Integer jobs;

  @Option(
      names = "--keep-going",
      description = "When a step fails, still run those that do not depend on it.")
  boolean keepGoing;

  @Mixin EnclosureOption enclosure;
  @Mixin ExecutorOption where;
  @Mixin LxdOptions lxd;
  @Mixin LxdOptions.Resume resume;

  BuildCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    int count = jobs(jobs);
    Enclosure kind = enclosure.kind();
    boolean inLxd = where.isLxd();
    if (!inLxd && (lxd.given() || resume.given())) {
      throw new UsageException(
          "--lxd-remote, --lxd-target, --resume and --delete-snapshots go with --executor lxd");
    }
    if (inLxd && kind == Enclosure.NONE) {
      throw new UsageException("--executor lxd does not go with --enclosure none");
    }
    if (!steps.isEmpty() && spec.commandLine().getParseResult().hasMatchedOption("--output")) {
      throw new UsageException("a build of some steps leaves no result, so it takes no --output");
    }
    Recipe recipe = options.arguments.load(surroundings);
    String target = options.arguments.target;
    Set<StepId> ids = options.arguments.steps(recipe, steps);
    // Before anything is shown that changes, and while ^C simply ends this.
    Optional<LxdSnapshot> from =
        inLxd
            ? resume.choose(
                surroundings,
                lxd.build(surroundings, recipe, target, new Cancellation()),
                recipe,
                target)
            : Optional.empty();
    return Attended.run(
        surroundings,
        options.display,
        again(),
        (console, cancellation) -> {
          Executor opened =
              inLxd
                  ? lxd.begin(surroundings, recipe, target, from, console::preparing, cancellation)
                  : where.open(surroundings);
          return closing(
              opened,
              () ->
                  build(
                      options
                          .request(recipe, opened)
                          .output(output)
                          .jobs(count)
                          .keepGoing(keepGoing)
                          .enclosure(kind)
                          .listener(console)
                          .cancellation(cancellation)
                          .build(),
                      ids));
        });
  }

  /** Does the work; that the executor does not close well changes nothing of how it ended. */
  private static Attended.Ended closing(Executor executor, Supplier<Attended.Ended> work) {
    Attended.Ended ended;
    try {
      ended = work.get();
    } catch (RuntimeException e) {
      try {
        executor.close();
      } catch (RuntimeException ofClosing) {
        e.addSuppressed(ofClosing);
      }
      throw e;
    }
    try {
      executor.close();
    } catch (LxdException e) {
      List<String> lines = new ArrayList<>(ended.lines());
      lines.add("ffs: the container could not be stopped: " + e.getMessage());
      ended = new Attended.Ended(ended.exitCode(), lines);
    }
    return ended;
  }

  /** Returns how many jobs are meant. */
  static int jobs(@Nullable Integer given) {
    int count = given != null ? given : Runtime.getRuntime().availableProcessors();
    if (count < 1) {
      throw new UsageException("--jobs must be at least 1, not " + count);
    }
    if (count > BuildRequest.MOST_JOBS) {
      throw new UsageException(
          "--jobs must be at most " + BuildRequest.MOST_JOBS + ", not " + count);
    }
    return count;
  }

  private Attended.Ended build(BuildRequest request, Set<StepId> ids) {
    BuildResult result;
    try {
      result = surroundings.engine().build(request, ids);
    } catch (ExecutorException e) {
      if (request.cancellation().isCancelled()) {
        throw e;
      }
      // What was finished is in the store.
      return new Attended.Ended(
          ExitCode.BUILD_FAILED, List.of("ffs: " + e.getMessage(), Report.goOn(again())));
    }
    if (!result.failures().isEmpty()) {
      List<String> lines = new ArrayList<>();
      for (StepFailure failure : result.failures()) {
        lines.addAll(Report.failure(failure, enter(failure.step()), again()));
      }
      return new Attended.Ended(ExitCode.BUILD_FAILED, lines);
    }
    String title = options.arguments.recipe + " for " + options.arguments.target;
    if (!ids.isEmpty()) {
      title = ids.stream().map(StepId::toString).collect(Collectors.joining(", ")) + " of " + title;
    }
    if (!result.findings().isEmpty()) {
      return new Attended.Ended(
          ExitCode.BUILD_FAILED, Report.unfit(title, result.findings(), again()));
    }
    if (!result.succeeded()) {
      return new Attended.Ended(ExitCode.INTERRUPTED, Report.stopped(again()));
    }
    return new Attended.Ended(ExitCode.OK, Report.success(title, result));
  }

  /** The command line as it was given. */
  private String again() {
    return RequestOptions.again(surroundings, spec);
  }

  private String enter(StepId step) {
    List<String> words = new ArrayList<>(where.words());
    words.addAll(lxd.words());
    words.addAll(enclosure.words());
    return options.enter(surroundings, step, words);
  }
}
