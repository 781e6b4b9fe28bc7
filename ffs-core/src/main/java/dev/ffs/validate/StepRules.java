package dev.ffs.validate;

import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps of one phase, each for itself: what it unpacks and how it is built. */
final class StepRules {

  private final Phase phase;
  private final Checks checks;
  private final VariableRules variables;
  private final List<String> sources;

  StepRules(Recipe recipe, Phase phase, Checks checks, VariableRules variables) {
    this.phase = phase;
    this.checks = checks;
    this.variables = variables;
    this.sources = recipe.sources().stream().map(Source::id).toList();
  }

  void check() {
    checks.unique(
        "build system",
        phase.defaults(),
        d -> d.system().name().toLowerCase(Locale.ROOT),
        BuildDefaults::origin);
    for (BuildDefaults defaults : phase.defaults()) {
      if (defaults.system() == BuildSystem.SCRIPT) {
        checks.error(defaults.origin(), "a script has no defaults");
      }
      options(defaults.options(), defaults.system());
    }
    checks.unique("step", phase.steps(), PackageStep::id, PackageStep::origin);
    phase.steps().forEach(this::step);
  }

  private void step(PackageStep step) {
    checks.id("step", step.id(), step.origin());
    sources(step);
    variables.environment(step.environment());
    if (step.jobs() != null && step.jobs() < 1) {
      checks.error(step.origin(), "step '" + step.id() + "' may run no job at all", "jobs: 1");
    }
    step.overwrites().forEach(checks::absolutePath);
    variables.script(step.before());
    variables.script(step.after());
    variables.script(step.script());
    build(step);
  }

  private void sources(PackageStep step) {
    Set<String> seen = new HashSet<>();
    for (Text source : step.sources()) {
      if (!sources.contains(source.value())) {
        unknownSource(step, source);
      } else if (!seen.add(source.value())) {
        checks.error(source.origin(), "source '" + source + "' would be unpacked twice");
      }
    }
  }

  private void unknownSource(PackageStep step, Text source) {
    String message = "unknown source '" + source + "'";
    if (!source.value().equals(step.id())) {
      checks.unknown(message, source, sources);
      return;
    }
    String hint =
        "a step is built from the source of its name; 'source: NAME' names another one, and"
            + " 'source: none' none";
    checks.error(
        source.origin(),
        message,
        DidYouMean.nearest(source.value(), sources)
            .map(near -> "did you mean '" + near + "'?\n" + hint)
            .orElse(hint));
  }

  private void build(PackageStep step) {
    BuildSystem system = step.build();
    if (step.script() != null) {
      if (system != BuildSystem.SCRIPT) {
        checks.error(
            step.origin(),
            "step '" + step.id() + "' has a script and a build system as well",
            "the script is the whole build: drop one of the two");
      }
      system = BuildSystem.SCRIPT;
      checks.notBlank(step.script(), "the script");
    } else if (system == BuildSystem.SCRIPT) {
      checks.error(step.origin(), "step '" + step.id() + "' has no script to be built by");
    } else if (system == null) {
      if (phase.defaults().isEmpty()) {
        checks.error(
            step.origin(),
            "step '" + step.id() + "' does not say how it is built",
            "give it 'script' or 'build', or give phase '" + phase.id() + "' 'defaults'");
        return;
      }
      system = phase.defaults().get(0).system();
    }
    options(step.options(), system);
    if (system == BuildSystem.SCRIPT) {
      needless(step.before(), "before");
      needless(step.after(), "after");
    } else if (step.sources().isEmpty()) {
      checks.error(
          step.origin(),
          "step '" + step.id() + "' has no source, so " + name(system) + " has nothing to build",
          "name a source, or write the step as a script");
    }
  }

  private void needless(@Nullable Text part, String name) {
    if (part != null) {
      checks.error(
          part.origin(),
          "'" + name + "' does not go with a script",
          "the script is the whole build: put it there");
    }
  }

  private void options(BuildOptions options, BuildSystem system) {
    Text prefix = options.prefix();
    if (prefix != null) {
      variables.argument(prefix);
      if (prefix.value().startsWith("$")) {
        checks.plainPath(prefix);
      } else {
        checks.absolutePath(prefix);
      }
    }
    variables.arguments(options.configure());
    variables.arguments(options.make());
    variables.arguments(options.install());
    Text directory = options.directory();
    if (directory != null) {
      variables.argument(directory);
      if (directory.value().startsWith("/")) {
        checks.error(
            directory.origin(), "'" + directory + "' must be a path below the source tree");
      } else if (checks.notBlank(directory, "the directory")) {
        checks.plainPath(directory);
      }
    }
    if (system == BuildSystem.SCRIPT) {
      Text first = first(options);
      if (first != null) {
        checks.error(
            first.origin(),
            "options of a build system do not go with a script",
            "the script itself says what configure and make are told");
      }
    } else if (system == BuildSystem.MAKE && !options.configure().isEmpty()) {
      checks.error(
          options.configure().get(0).origin(),
          "'configure' does not go with the build system make",
          "it only calls make; the build system that calls configure is autotools");
    }
  }

  private static @Nullable Text first(BuildOptions options) {
    if (options.prefix() != null) {
      return options.prefix();
    }
    for (List<Text> list : List.of(options.configure(), options.make(), options.install())) {
      if (!list.isEmpty()) {
        return list.get(0);
      }
    }
    return options.directory();
  }

  private static String name(BuildSystem system) {
    return system.name().toLowerCase(Locale.ROOT);
  }
}
