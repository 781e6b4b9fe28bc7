package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.exec.Executor;
import dev.ffs.model.Recipe;
import dev.ffs.plan.StepId;
import dev.ffs.script.Shell;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What fetch and build have in common. */
final class RequestOptions {

  @Mixin RecipeArguments arguments;
  @Mixin StoreOption store;
  @Mixin DisplayOptions display;

  @Option(names = "--offline", description = "Do without a network: the store has the sources.")
  boolean offline;

  BuildRequest.Builder request(Recipe recipe, Executor executor) {
    return BuildRequest.of(recipe, arguments.target, executor)
        .store(store.directory())
        .offline(offline);
  }

  /**
   * Returns the command that opens a shell in a step.
   *
   * @param more options of that command besides those that all have in common
   */
  String enter(Surroundings surroundings, StepId step, List<String> more) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of(surroundings.command(), "shell"));
    words.addAll(List.of(arguments.recipe, arguments.target, step.toString()));
    words.addAll(more);
    if (arguments.recipes.recipes != null) {
      words.addAll(List.of("--recipes", arguments.recipes.recipes.toString()));
    }
    if (store.store != null) {
      words.addAll(List.of("--store", store.store.toString()));
    }
    return Shell.command(words);
  }

  /** Returns the command line as it was given. */
  static String again(Surroundings surroundings, CommandSpec spec) {
    List<String> words = new ArrayList<>();
    words.add(surroundings.command());
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return Shell.command(words);
  }
}
