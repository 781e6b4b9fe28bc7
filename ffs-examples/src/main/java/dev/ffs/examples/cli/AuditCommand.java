package dev.ffs.examples.cli;

import dev.ffs.audit.AuditReport;
import dev.ffs.engine.Ffs;
import dev.ffs.model.OutputFormat;
import dev.ffs.model.Recipe;
import dev.ffs.script.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ffs audit}. */
@Command(
    name = "audit",
    description = "Judge a result: did the recipe build all that is in it, for the target?")
final class AuditCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipeArguments arguments;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "ROOT",
      description = "A tarball or a directory; default: the tarball that `ffs build` left.")
  @Nullable Path root;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "out",
      description = "Where `ffs build` left it; default: ${DEFAULT-VALUE}.")
  Path output;

  AuditCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Recipe recipe = arguments.load(surroundings);
    Path judged = root != null ? root : built();
    if (!Files.exists(judged)) {
      throw new UsageException(
          "there is no "
              + judged
              + "; build it: "
              + Shell.command(
                  List.of(surroundings.command(), "build", arguments.recipe, arguments.target))
              + ", or name a tarball or directory");
    }
    AuditReport report;
    try {
      report = Ffs.create().audit(recipe, arguments.target, judged);
    } catch (IOException e) {
      throw new UsageException("cannot audit " + judged + ": " + e.getMessage());
    }
    Report.findings(report.findings()).forEach(surroundings.err()::println);
    String judgedFiles =
        "%s: %s, %d of them ELF%s"
            .formatted(
                judged,
                Console.count(report.files(), "file"),
                report.elfFiles(),
                report.excepted() == 0 ? "" : "; " + report.excepted() + " excepted by the recipe");
    if (report.passed()) {
      surroundings.out().println(judgedFiles + ". Nothing found.");
      return ExitCode.OK;
    }
    surroundings
        .err()
        .println(judgedFiles + ". " + Console.count(report.findings().size(), "finding") + ".");
    return ExitCode.BUILD_FAILED;
  }

  private Path built() {
    String name = arguments.recipe + "-" + arguments.target;
    return output.resolve(name + OutputFormat.TAR_XZ.suffix());
  }
}
