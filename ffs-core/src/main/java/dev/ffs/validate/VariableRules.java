package dev.ffs.validate;

import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import dev.ffs.model.Variable;
import dev.ffs.model.Variables;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which variables there are, and whether what refers to them finds them. */
final class VariableRules {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** {@code FFS_X=...} at the start of a word, and {@code ${FFS_X:=...}}. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?:(?<![^\\s;&|(){}`])|\\$\\{)(FFS_[A-Za-z0-9_]*):?=");

  private final Recipe recipe;
  private final Checks checks;

  /** Variable to what gives it its value for every target. */
  private final Map<String, String> always = new LinkedHashMap<>();

  /** Variable to its name in the targets and the targets that have it. */
  private final Map<String, Map<String, String>> ofTargets = new HashMap<>();

  /** What was reported as missing for a target; once is enough. */
  private final Set<String> missing = new HashSet<>();

  VariableRules(Recipe recipe, Checks checks) {
    this.recipe = recipe;
    this.checks = checks;
    Variables.BUILT_IN.forEach(name -> always.put(name, "built in"));
    for (Source source : recipe.sources()) {
      always.putIfAbsent(
          Variables.ofVersion(source.id()), "the version of source '" + source.id() + "'");
    }
    for (Target target : recipe.targets()) {
      for (Variable variable : target.variables()) {
        ofTargets
            .computeIfAbsent(Variables.ofTarget(variable.name()), name -> new LinkedHashMap<>())
            .put(target.id(), variable.name());
      }
    }
  }

  /** Two names for one variable would leave it to chance which value a step sees. */
  void checkNames() {
    Map<String, Source> versions = new HashMap<>();
    for (Source source : recipe.sources()) {
      String name = Variables.ofVersion(source.id());
      Source other = versions.putIfAbsent(name, source);
      if (other != null && !other.id().equals(source.id())) {
        collision(source.origin(), "source '" + source.id() + "' has its version in", name, other);
      }
    }
    for (Target target : recipe.targets()) {
      Map<String, Variable> seen = new HashMap<>();
      for (Variable variable : target.variables()) {
        String name = Variables.ofTarget(variable.name());
        String what = "variable '" + variable.name() + "' becomes " + name;
        if (always.containsKey(name)) {
          checks.error(variable.origin(), what + ", which is " + always.get(name));
        }
        Variable other = seen.putIfAbsent(name, variable);
        if (other != null && !other.name().equals(variable.name())) {
          checks.error(
              variable.origin(),
              what + ", and so does '" + other.name() + "'",
              "the other one is at " + other.origin());
        }
      }
    }
  }

  private void collision(Origin origin, String what, String name, Source other) {
    checks.error(
        origin,
        what + " " + name + ", and so has '" + other.id() + "'",
        "the other one is at " + other.origin());
  }

  /** Checks names and values of what is exported to a step. */
  void environment(List<Variable> environment) {
    checks.unique("variable", environment, Variable::name, Variable::origin);
    for (Variable variable : environment) {
      if (!NAME.matcher(variable.name()).matches()) {
        checks.error(
            variable.origin(),
            "'" + variable.name() + "' cannot be the name of an environment variable",
            "such a name has letters, digits and '_', and does not begin with a digit");
      } else if (variable.name().startsWith(Variables.PREFIX)) {
        checks.error(
            variable.origin(),
            "'" + variable.name() + "' begins with " + Variables.PREFIX + ", which is taken",
            "a value of a target's own stands under 'variables' of the target");
      }
      argument(variable.value());
    }
  }

  void arguments(List<Text> texts) {
    texts.forEach(this::argument);
  }

  /** Checks a text in which only references to variables mean something. */
  void argument(@Nullable Text text) {
    if (text != null) {
      references(text, Set.of());
    }
  }

  /** Checks a script: what it assigns itself is defined in it. */
  void script(@Nullable Text script) {
    if (script != null) {
      Set<String> own =
          ASSIGNMENT
              .matcher(script.value())
              .results()
              .map((MatchResult match) -> match.group(1))
              .collect(Collectors.toSet());
      references(script, own);
    }
  }

  private void references(Text text, Set<String> own) {
    Set<String> reported = new HashSet<>(own);
    for (Variables.Reference reference : Variables.references(text.value())) {
      String name = reference.name();
      if (always.containsKey(name) || !reported.add(name)) {
        continue;
      }
      Origin origin = place(text, reference.offset());
      Map<String, String> targets = ofTargets.get(name);
      if (targets == null) {
        undefined(name, origin);
      } else {
        recipe.targets().stream()
            .filter(target -> !targets.containsKey(target.id()))
            .filter(target -> missing.add(name + " " + target.id()))
            .forEach(
                target ->
                    checks.error(
                        origin,
                        name + " has no value for target '" + target.id() + "'",
                        "add '"
                            + targets.values().iterator().next()
                            + "' to the variables of that target, at "
                            + target.origin()));
      }
    }
  }

  private void undefined(String name, Origin origin) {
    if (recipe.targets().isEmpty()) {
      return; // That is the error: nobody knows what the targets would define.
    }
    // What all names begin with would make them all look alike.
    int prefix = Variables.PREFIX.length();
    Set<String> names = new TreeSet<>();
    always.keySet().forEach(known -> names.add(known.substring(prefix)));
    ofTargets.keySet().forEach(known -> names.add(known.substring(prefix)));
    checks.error(
        origin,
        "undefined variable " + name,
        DidYouMean.nearest(name.substring(prefix), names)
            .map(near -> "did you mean " + Variables.PREFIX + near + "?")
            .orElse(
                "FFS_ variables are built in (such as FFS_TARGET), values of the targets, or versions"
                    + " of sources (FFS_NAME_VERSION)"));
  }

  /** Returns the place of a character in a text that keeps its lines and indentation. */
  static Origin place(Text text, int offset) {
    String before = text.value().substring(0, offset);
    int lineStart = before.lastIndexOf('\n') + 1;
    int lines = (int) before.chars().filter(c -> c == '\n').count();
    Origin start = text.origin();
    // Of a text in Java only the line of the call is known, not where the text itself begins.
    if (start.column() == 0) {
      return start;
    }
    int column = start.column() + before.codePointCount(lineStart, before.length());
    return new Origin(start.file(), start.line() + lines, column);
  }
}
