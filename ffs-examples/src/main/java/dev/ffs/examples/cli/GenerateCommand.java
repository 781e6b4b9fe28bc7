package dev.ffs.examples.cli;

import dev.ffs.engine.Ffs;
import dev.ffs.plan.BuildPlan;
import dev.ffs.script.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs generate}. */
@Command(
    name = "generate",
    description = "Write a build as a bundle of shell scripts that needs no Java.")
final class GenerateCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipeArguments arguments;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Where the bundle goes: a new directory, or a bundle to replace.")
  Path output;

  GenerateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    BuildPlan plan = arguments.plan(surroundings);
    try {
      Ffs.create().generate(plan, output);
    } catch (IOException e) {
      throw new UsageException("no bundle can be written to " + output + ": " + e.getMessage());
    }
    surroundings
        .out()
        .println(
            "Wrote %s as a bundle to %s. To build it: %s"
                .formatted(
                    Console.count(plan.steps().size(), "step"),
                    output,
                    Shell.command(List.of(output.resolve("build.sh").toString()))));
    return ExitCode.OK;
  }
}
