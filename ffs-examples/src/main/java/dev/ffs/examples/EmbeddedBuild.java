package dev.ffs.examples;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.Ffs;
import dev.ffs.event.BuildEvent.StepFinished;
import dev.ffs.exec.Executor;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.load.RecipeLoader;
import dev.ffs.model.Recipe;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Builds a recipe from within a program. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class EmbeddedBuild {

  private EmbeddedBuild() {}

  /**
   * Builds what the arguments say.
   *
   * @param args directory of a recipe, name of a target, directory of the output
   */
  public static void main(String[] args) {
    BuildResult result = build(Path.of(args[0]), args[1], Path.of(args[2]));
    System.exit(result.succeeded() ? 0 : 1);
  }

  static BuildResult build(Path recipeDirectory, String target, Path output) {
    Recipe recipe = new RecipeLoader().load(recipeDirectory);
    try (Executor executor = new LocalExecutor()) {
      BuildRequest request =
          BuildRequest.of(recipe, target, executor)
              .output(output)
              .listener(
                  event -> {
                    if (event instanceof StepFinished step) {
                      System.out.println(step.step() + ": " + step.outcome());
                    }
                  })
              .build();
      BuildResult result = Ffs.create().build(request);
      result.outputs().forEach(file -> System.out.println(file.file() + " " + file.sha256()));
      result.failure().ifPresent(f -> System.err.println(f.reason() + ", see " + f.log()));
      return result;
    }
  }
}
