package dev.ffs.examples.cli;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.engine.HostException;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.lxd.LxdException;
import dev.ffs.load.RecipeLoader;
import dev.ffs.source.SourceUnavailableException;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code ffs} command. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Main {

  private static final Map<String, String> EXIT_CODES = new LinkedHashMap<>();

  static {
    EXIT_CODES.put(String.valueOf(ExitCode.OK), "ok");
    EXIT_CODES.put(
        String.valueOf(ExitCode.BUILD_FAILED), "the build failed, or the audit found something");
    EXIT_CODES.put(String.valueOf(ExitCode.USAGE), "the command line is wrong");
    EXIT_CODES.put(String.valueOf(ExitCode.BAD_RECIPE), "the recipe is wrong");
    EXIT_CODES.put(String.valueOf(ExitCode.SOURCE_UNAVAILABLE), "a source cannot be had");
    EXIT_CODES.put(String.valueOf(ExitCode.HOST_LACKS), "this machine lacks something");
    EXIT_CODES.put(String.valueOf(ExitCode.INTERRUPTED), "interrupted");
  }

  private Main() {}

  /**
   * Runs the command and ends the process with its exit code.
   *
   * @param args the words of the command line
   */
  public static void main(String[] args) {
    System.exit(run(Surroundings.ofThisProcess(), args));
  }

  static int run(Surroundings surroundings, String... args) {
    CommandLine top =
        new CommandLine(new FfsCommand())
            .addSubcommand(new ListCommand(surroundings))
            .addSubcommand(new PlanCommand(surroundings))
            .addSubcommand(new ExplainCommand(surroundings))
            .addSubcommand(new FetchCommand(surroundings))
            .addSubcommand(new BuildCommand(surroundings))
            .addSubcommand(new CheckCommand(surroundings))
            .addSubcommand(new AuditCommand(surroundings))
            .addSubcommand(new GenerateCommand(surroundings))
            .addSubcommand(new LintCommand(surroundings))
            .addSubcommand(new DoctorCommand(surroundings))
            .addSubcommand(new ShellCommand(surroundings))
            .addSubcommand(StoreCommand.with(surroundings));
    withThoseBelow(top)
        .forEach(
            command ->
                command
                    .getCommandSpec()
                    .usageMessage()
                    .exitCodeListHeading("%nExit codes:%n")
                    .exitCodeList(EXIT_CODES));
    return top.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setParameterExceptionHandler((e, words) -> usage(surroundings, e))
        .setExecutionExceptionHandler((e, command, result) -> failure(surroundings, e, args))
        .execute(words(surroundings, top, args));
  }

  /** Turns the old command, {@code ffs RECIPE TARGET}, into what it means: a build in LXD. */
  private static String[] words(Surroundings surroundings, CommandLine top, String... args) {
    boolean old =
        args.length > 0
            && !top.getSubcommands().containsKey(args[0])
            && isRecipe(surroundings, args);
    if (!old) {
      return args;
    }
    List<String> words = new ArrayList<>(List.of("build"));
    words.addAll(List.of(args));
    if (words.stream().noneMatch(word -> word.split("=", 2)[0].equals("--executor"))) {
      words.addAll(List.of("--executor", "lxd"));
    }
    return words.toArray(String[]::new);
  }

  private static boolean isRecipe(Surroundings surroundings, String... args) {
    Path recipes = surroundings.home().resolve("recipes");
    for (int i = 1; i < args.length; i++) {
      if (args[i].startsWith("--recipes=")) {
        recipes = Path.of(args[i].substring("--recipes=".length()));
      } else if (args[i].equals("--recipes") && i + 1 < args.length) {
        recipes = Path.of(args[i + 1]);
      }
    }
    return !args[0].isEmpty()
        && !args[0].startsWith("-")
        && !args[0].contains("/")
        && Files.exists(recipes.resolve(args[0]).resolve("recipe.yaml"));
  }

  private static Stream<CommandLine> withThoseBelow(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(Main::withThoseBelow));
  }

  private static int usage(Surroundings surroundings, ParameterException e) {
    CommandLine command = e.getCommandLine();
    List<String> unmatched =
        e instanceof UnmatchedArgumentException u ? u.getUnmatched() : List.of();
    boolean atTop = command.getParent() == null;
    if (atTop && command.getParseResult().originalArgs().isEmpty()) {
      command.usage(command.getErr());
      return ExitCode.USAGE;
    }
    if (atTop && !unmatched.isEmpty() && !unmatched.get(0).startsWith("-")) {
      surroundings.err().println("ffs: " + noCommand(surroundings, command, unmatched));
    } else {
      surroundings.err().println("ffs: " + e.getMessage());
    }
    String words = command.getCommandSpec().qualifiedName().replaceFirst("^\\S+", "");
    surroundings.err().println("Try: " + surroundings.command() + words + " --help");
    return ExitCode.USAGE;
  }

  private static String noCommand(Surroundings surroundings, CommandLine top, List<String> words) {
    List<String> known = new ArrayList<>(top.getSubcommands().keySet());
    String message = "there is no command '" + words.get(0) + "'";
    Path recipes = surroundings.home().resolve("recipes");
    if (words.size() > 1 && Files.isDirectory(recipes)) {
      message += ", and no recipe of that name to build in LXD";
      known.addAll(new RecipeLoader().list(recipes));
    }
    return message
        + DidYouMean.nearest(words.get(0), known)
            .map(nearest -> "; did you mean '" + nearest + "'?")
            .orElse("");
  }

  /** Says what went wrong; the one place that turns exceptions into exit codes. */
  private static int failure(Surroundings surroundings, Exception e, String... args) {
    PrintStream err = surroundings.err();
    if (e instanceof UsageException) {
      err.println("ffs: " + e.getMessage());
      return ExitCode.USAGE;
    }
    if (e instanceof DiagnosticException) {
      err.println(e.getMessage());
      return ExitCode.BAD_RECIPE;
    }
    if (e instanceof SourceUnavailableException) {
      err.println("ffs: " + e.getMessage());
      return ExitCode.SOURCE_UNAVAILABLE;
    }
    if (e instanceof HostException || e instanceof LxdException) {
      err.println("ffs: " + e.getMessage());
      err.println("To see what this machine lacks: " + surroundings.command() + " doctor");
      return ExitCode.HOST_LACKS;
    }
    if (e instanceof StoreException || e instanceof ExecutorException) {
      err.println("ffs: " + e.getMessage());
      return ExitCode.BUILD_FAILED;
    }
    unexpected(err, e, List.of(args).contains("--stacktrace"));
    return ExitCode.BUILD_FAILED;
  }

  private static void unexpected(PrintStream err, Exception e, boolean print) {
    if (print) {
      err.println("ffs: unexpected error: " + e);
      e.printStackTrace(err);
      return;
    }
    try {
      Path file = Files.createTempFile("ffs-", ".stacktrace");
      try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
        e.printStackTrace(out);
      }
      err.println("ffs: unexpected error: " + e + "; its stack trace: " + file);
    } catch (IOException cannotWrite) {
      err.println("ffs: unexpected error: " + e + "; --stacktrace shows where");
    }
  }
}
