package dev.ffs.examples.cli;

import dev.ffs.exec.Executor;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.model.Recipe;
import dev.ffs.plan.Planner;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ffs fetch}. */
@Command(name = "fetch", description = "Get the sources of a build into the store.")
final class FetchCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Spec CommandSpec spec;
  @Mixin CommonOptions common;
  @Mixin RequestOptions options;

  FetchCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Recipe recipe = options.arguments.load(surroundings);
    int sources = Planner.plan(recipe, options.arguments.target).sources().size();
    String again = RequestOptions.again(surroundings, spec);
    try (Executor executor = new LocalExecutor()) {
      return Attended.run(
          surroundings,
          options.display,
          again,
          (console, cancellation) -> {
            boolean fetched =
                surroundings
                    .engine()
                    .fetch(
                        options
                            .request(recipe, executor)
                            .listener(console)
                            .cancellation(cancellation)
                            .build());
            return fetched
                ? new Attended.Ended(ExitCode.OK, List.of(done(sources)))
                : new Attended.Ended(ExitCode.INTERRUPTED, Report.stopped(again));
          });
    }
  }

  private String done(int sources) {
    String are = sources == 1 ? " is" : " are";
    return Console.count(sources, "source") + are + " in the store " + options.store.directory();
  }
}
