package dev.ffs.examples.cli;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.diagnostic.Origin;
import dev.ffs.diagnostic.Severity;
import dev.ffs.engine.HostException;
import dev.ffs.model.Text;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.script.StepScripts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Has the scripts of plans judged by bash and shellcheck, and finds what they say in the recipe: a
 * step's text stands in its script as it is.
 */
final class Linter {

  /** {@code FILE:LINE:COLUMN: warning: MESSAGE}. */
  private static final Pattern SHELLCHECK =
      Pattern.compile("(.+?):(\\d+):(\\d+): (error|warning): (.*)");

  /** {@code FILE: line LINE: MESSAGE}, but not the line of the script that follows in quotes. */
  private static final Pattern BASH = Pattern.compile("(.+?): line (\\d+): ([^`].*)");

  private static final String EACH_WITH_BASH =
      "status=0; for file; do bash -n \"$file\" || status=1; done; exit $status";

  /**
   * A script.
   *
   * @param name what to call it if the recipe is not to blame
   * @param content the script
   * @param texts what of it stands in the recipe
   */
  private record Script(String name, String content, List<Text> texts) {

    /** Returns the line that a text begins at, or 0 if it does not stand here as it is. */
    int firstLine(Text text) {
      int before = content.indexOf("\n" + text.value().replaceFirst("\\n\\z", "") + "\n");
      return before < 0 ? 0 : (int) content.substring(0, before + 1).lines().count() + 1;
    }

    Optional<Text> textAt(int line) {
      return texts.stream()
          .filter(text -> firstLine(text) > 0)
          .filter(text -> line >= firstLine(text))
          .filter(text -> line < firstLine(text) + text.value().lines().count())
          .findFirst();
    }
  }

  private final Host host;
  private final ScriptGenerator generator = ScriptGenerator.create();

  /** By content: most scripts are the same for each target. */
  private final Map<String, Script> scripts = new LinkedHashMap<>();

  Linter(Host host) {
    this.host = host;
  }

  /** Adds the scripts of a plan. */
  void add(BuildPlan plan) {
    for (PlannedStep step : plan.steps()) {
      StepScripts generated = generator.generate(step);
      String name = plan.name() + " " + step.id() + " ";
      List<Text> sources =
          step.sources().stream()
              .flatMap(
                  source ->
                      Stream.concat(
                          Stream.ofNullable(source.prepare()),
                          source.archives().stream()
                              .flatMap(archive -> Stream.ofNullable(archive.prepare()))))
              .toList();
      add(new Script(name + "prepare.sh", generated.prepare(), sources));
      add(new Script(name + "build.sh", generated.build(), step.shellTexts()));
    }
  }

  private void add(Script script) {
    scripts.putIfAbsent(script.content(), script);
  }

  /** Returns how many scripts there are. */
  int count() {
    return scripts.size();
  }

  /**
   * Judges all scripts.
   *
   * @return what is wrong, ordered by place
   * @throws HostException if there is no bash or no shellcheck
   * @throws IOException if the scripts cannot be written to files
   */
  List<Diagnostic> lint() throws IOException {
    Path directory = Files.createTempDirectory("ffs-lint");
    Map<String, Script> byFile = new LinkedHashMap<>();
    try {
      for (Script script : scripts.values()) {
        Path file = directory.resolve(byFile.size() + ".sh");
        byFile.put(file.toString(), script);
        Files.writeString(file, script.content());
      }
      Diagnostics found = new Diagnostics();
      judge(found, byFile, List.of("bash", "-c", EACH_WITH_BASH, "bash"), BASH);
      judge(
          found,
          byFile,
          List.of(
              "shellcheck",
              "--norc",
              "--format=gcc",
              "--severity=warning",
              "--enable=check-unassigned-uppercase"),
          SHELLCHECK);
      return found.sorted();
    } finally {
      for (String file : byFile.keySet()) {
        Files.deleteIfExists(Path.of(file));
      }
      Files.deleteIfExists(directory);
    }
  }

  private void judge(
      Diagnostics found, Map<String, Script> byFile, List<String> command, Pattern pattern) {
    List<String> words = new ArrayList<>(command);
    words.addAll(byFile.keySet());
    Host.Ran ran = host.run(words);
    if (ran.exitCode() == Host.NOT_FOUND) {
      throw new HostException("lint needs " + command.get(0) + ", which is not here");
    }
    int before = found.sorted().size();
    for (String line : ran.output().lines().toList()) {
      Matcher matcher = pattern.matcher(line);
      Script script = matcher.matches() ? byFile.get(matcher.group(1)) : null;
      if (script == null) {
        continue;
      }
      boolean shellcheck = pattern == SHELLCHECK;
      found.add(
          diagnostic(
              script,
              Integer.parseInt(matcher.group(2)),
              shellcheck ? Integer.parseInt(matcher.group(3)) : 0,
              shellcheck && matcher.group(4).equals("warning") ? Severity.WARNING : Severity.ERROR,
              shellcheck ? matcher.group(5) : matcher.group(3)));
    }
    if (!ran.succeeded() && found.sorted().size() == before) {
      throw new HostException(command.get(0) + " failed: " + ran.output().strip());
    }
  }

  private static Diagnostic diagnostic(
      Script script, int line, int column, Severity severity, String message) {
    String source = script.content().lines().skip(line - 1L).findFirst().orElse("");
    Optional<Text> text = script.textAt(line);
    if (text.isEmpty()) {
      return new Diagnostic(
          severity, new Origin(script.name(), line, column), message, null, source);
    }
    Origin origin = text.get().origin();
    int indentation = Math.max(origin.column() - 1, 0);
    Origin inRecipe =
        new Origin(
            origin.file(),
            origin.line() + line - script.firstLine(text.get()),
            column == 0 ? 0 : column + indentation);
    return new Diagnostic(severity, inRecipe, message, null, " ".repeat(indentation) + source);
  }
}
