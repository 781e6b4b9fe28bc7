package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult.StepFailure;
import dev.ffs.engine.CheckResult;
import dev.ffs.engine.CheckResult.StepDifference;
import dev.ffs.exec.Executor;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ffs check}. */
@Command(
    name = "check",
    description = "Build steps, then run them again in other circumstances: is it the same?")
final class CheckCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Spec CommandSpec spec;
  @Mixin CommonOptions common;
  @Mixin RequestOptions options;
  @Mixin ExecutorOption where;

  @Parameters(
      index = "2..*",
      paramLabel = "STEP",
      description = "As PHASE/STEP; default: all steps.")
  List<String> steps = new ArrayList<>();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = {
        "Jobs that run at once when something is built; default: the number of processors.",
        "A step runs again with 1, or with 2 if it was built with 1."
      })
  @Nullable Integer jobs;

  @Option(names = "--keep-going", description = "Check the other steps after one that differs.")
  boolean keepGoing;

  CheckCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    int count = BuildCommand.jobs(jobs);
    Recipe recipe = options.arguments.load(surroundings);
    Set<StepId> ids = options.arguments.steps(recipe, steps);
    String again = RequestOptions.again(surroundings, spec);
    try (Executor executor = where.open(surroundings)) {
      return Attended.run(
          surroundings,
          options.display,
          again,
          (console, cancellation) ->
              check(
                  options
                      .request(recipe, executor)
                      .jobs(count)
                      .keepGoing(keepGoing)
                      .listener(console)
                      .cancellation(cancellation)
                      .build(),
                  ids,
                  executor,
                  again));
    }
  }

  private Attended.Ended check(
      BuildRequest request, Set<StepId> ids, Executor executor, String again) {
    CheckResult result = surroundings.engine().check(request, ids);
    List<String> lines = new ArrayList<>();
    for (StepFailure failure : result.failures()) {
      lines.addAll(
          Report.failure(
              failure, options.enter(surroundings, failure.step(), where.words()), again));
    }
    for (StepDifference difference : result.different()) {
      lines.addAll(DifferenceReport.lines(difference, executor));
    }
    if (result.cancelled() && lines.isEmpty()) {
      return new Attended.Ended(ExitCode.INTERRUPTED, Report.stopped(again));
    }
    lines.add(
        Console.count(result.equal().size(), "step")
            + " made the same again, "
            + result.different().size()
            + " did not.");
    lines.add("  varied:      " + String.join(", ", result.varied()));
    result.notVaried().forEach(what -> lines.add("  not varied:  " + what));
    return new Attended.Ended(result.succeeded() ? ExitCode.OK : ExitCode.BUILD_FAILED, lines);
  }
}
