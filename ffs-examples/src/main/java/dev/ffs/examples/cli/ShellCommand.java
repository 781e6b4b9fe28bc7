package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.StepShell;
import dev.ffs.exec.Executor;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ffs shell}. */
@Command(
    name = "shell",
    description = "Open a shell where a step runs: in its failed tree, if it failed.")
final class ShellCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipeArguments arguments;
  @Mixin StoreOption store;
  @Mixin ExecutorOption where;
  @Mixin LxdOptions lxd;
  @Mixin EnclosureOption enclosure;

  @Parameters(index = "2", paramLabel = "STEP", description = "As PHASE/STEP; see `ffs plan`.")
  String step;

  ShellCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Recipe recipe = arguments.load(surroundings);
    StepId id = arguments.step(recipe, step);
    try (Executor opened =
        where.isLxd()
            ? lxd.enter(surroundings, recipe, arguments.target)
            : where.open(surroundings)) {
      BuildRequest request =
          BuildRequest.of(recipe, arguments.target, opened)
              .store(store.directory())
              .enclosure(enclosure.kind())
              .listener(new Console(new PlainDisplay(surroundings.err()), System::nanoTime))
              .build();
      try (StepShell shell = surroundings.engine().shell(request, id)) {
        surroundings.err().print(hint(id));
        return new ProcessBuilder(shell.command()).inheritIO().start().waitFor();
      }
    }
  }

  /** What differs from the step: to type what its script holds, its variables are wanted first. */
  private static String hint(StepId id) {
    return """
        The script of %s is /ffs/build.sh. To set the variables that it sets, such as PATH and CC:
          . %s
        """
        .formatted(id, StepShell.ENVIRONMENT);
  }
}
