package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.Forecast;
import dev.ffs.exec.Executor;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ffs explain}. */
@Command(name = "explain", description = "Say why a step would run, or why it would not.")
final class ExplainCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipeArguments arguments;
  @Mixin StoreOption store;
  @Mixin ExecutorOption where;
  @Mixin EnclosureOption enclosure;

  @Parameters(index = "2", paramLabel = "STEP", description = "As PHASE/STEP; see `ffs plan`.")
  String step;

  ExplainCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Recipe recipe = arguments.load(surroundings);
    StepId id = arguments.step(recipe, step);
    try (Executor executor = where.open(surroundings)) {
      BuildRequest request =
          BuildRequest.of(recipe, arguments.target, executor)
              .store(store.directory())
              .enclosure(enclosure.kind())
              .build();
      List<Forecast> forecasts = surroundings.engine().forecast(request);
      Explanation.lines(forecasts, id).forEach(surroundings.out()::println);
    }
    return ExitCode.OK;
  }
}
