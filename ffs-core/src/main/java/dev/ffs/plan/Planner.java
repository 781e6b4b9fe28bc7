package dev.ffs.plan;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import dev.ffs.model.Variables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes plans of recipes that the validator has passed.
 *
 * <p>A plan depends on the recipe and the target alone, never on the machine.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Planner {

  /** Where the sysroot stands in host phases. */
  public static final String SYSROOT = "/ffs/sysroot";

  /** Where the sources stand, one directory each. */
  public static final String SOURCES = "/ffs/sources";

  private static final List<String> STANDARD_PATH =
      List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin");

  /** Any mention counts, with an operator too: one variable too many does no harm. */
  private static final Pattern MENTION = Pattern.compile("FFS_[A-Z0-9_]+");

  private final Recipe recipe;
  private final Target target;
  private final SortedMap<String, String> common = new TreeMap<>();

  private Planner(Recipe recipe, Target target) {
    this.recipe = recipe;
    this.target = target;
    common.put("FFS_BUILD", BuildPlan.BUILD_TRIPLE);
    common.put("FFS_CFLAGS", target.cflags().value());
    common.put("FFS_KERNEL_ARCH", target.kernelArch().value());
    common.put("FFS_RECIPE", recipe.id());
    common.put("FFS_SOURCES", SOURCES);
    common.put("FFS_TARGET", target.triple().value());
    common.put("FFS_TARGET_NAME", target.id());
    for (Variable variable : target.variables()) {
      common.put(Variables.ofTarget(variable.name()), variable.value().value());
    }
    for (Source source : recipe.sources()) {
      common.put(Variables.ofVersion(source.id()), source.version().value());
    }
  }

  /**
   * Plans a build.
   *
   * @param recipe a recipe without errors
   * @param targetId the target's name
   * @return the plan
   * @throws DiagnosticException if the recipe has no such target
   */
  public static BuildPlan plan(Recipe recipe, String targetId) {
    Target target =
        recipe
            .target(targetId)
            .orElseThrow(
                () -> {
                  List<String> known = recipe.targets().stream().map(Target::id).toList();
                  return new DiagnosticException(
                      List.of(
                          Diagnostic.error(
                                  recipe.origin(),
                                  "recipe '%s' has no target '%s'".formatted(recipe.id(), targetId))
                              .withHelp("its targets: " + String.join(", ", known))
                              .withSuggestion(targetId, known)));
                });
    return new Planner(recipe, target).plan();
  }

  private BuildPlan plan() {
    List<PlannedStep> steps = new ArrayList<>();
    for (Phase phase : recipe.phases()) {
      List<StepId> others =
          steps.stream().map(PlannedStep::id).filter(id -> sees(phase, id.phase())).toList();
      Map<String, Set<String>> closures = closures(phase);
      List<PackageStep> ordered = ordered(phase, closures);
      for (PackageStep step : ordered) {
        steps.add(planned(phase, step, others, ordered, required(closures, step.id())));
      }
    }
    Set<String> used = new LinkedHashSet<>();
    steps.forEach(step -> step.sources().forEach(source -> used.add(source.id())));
    List<Source> sources =
        recipe.sources().stream()
            .filter(source -> used.contains(source.id()))
            .sorted(Comparator.comparing(Source::id))
            .toList();
    return new BuildPlan(recipe.id(), target, steps, sources, recipe.mirrors(), recipe.output());
  }

  private static boolean sees(Phase phase, String above) {
    return phase.sees() == null || phase.sees().stream().anyMatch(id -> id.value().equals(above));
  }

  /** Step to all that it needs, directly or not. */
  private static Map<String, Set<String>> closures(Phase phase) {
    Map<String, List<String>> direct = new LinkedHashMap<>();
    List<String> above = new ArrayList<>();
    for (PackageStep step : phase.steps()) {
      direct.put(step.id(), directNeeds(step, above));
      above.add(step.id());
    }
    Map<String, Set<String>> closures = new LinkedHashMap<>();
    for (String step : direct.keySet()) {
      Set<String> seen = new LinkedHashSet<>();
      List<String> open = new ArrayList<>(required(direct, step));
      while (!open.isEmpty()) {
        String next = open.remove(open.size() - 1);
        if (seen.add(next)) {
          open.addAll(required(direct, next));
        }
      }
      if (seen.contains(step)) {
        throw new IllegalArgumentException(
            "step " + phase.id() + "/" + step + " needs itself; validate the recipe first");
      }
      closures.put(step, seen);
    }
    return closures;
  }

  private static List<String> directNeeds(PackageStep step, List<String> above) {
    if (step.needs() instanceof Needs.Only only) {
      return only.steps().stream().map(Text::value).toList();
    }
    return List.copyOf(above);
  }

  private static <V> V required(Map<String, V> map, String key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException("unknown '" + key + "'; validate the recipe first");
    }
    return value;
  }

  /** The order of the recipe, except that a step comes after all that it needs. */
  private static List<PackageStep> ordered(Phase phase, Map<String, Set<String>> closures) {
    List<PackageStep> open = new ArrayList<>(phase.steps());
    List<PackageStep> ordered = new ArrayList<>();
    Set<String> done = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      PackageStep next =
          open.stream()
              .filter(step -> done.containsAll(required(closures, step.id())))
              .findFirst()
              .orElseThrow();
      open.remove(next);
      ordered.add(next);
      done.add(next.id());
    }
    return ordered;
  }

  private PlannedStep planned(
      Phase phase,
      PackageStep step,
      List<StepId> others,
      List<PackageStep> ordered,
      Set<String> closure) {
    Toolchain toolchain = recipe.toolchain(phase.toolchain().value()).orElseThrow();
    BuildSystem system = systemOf(phase, step);
    BuildOptions options = merged(phase, system, step);
    List<PlannedStep.Export> environment = environment(toolchain, phase, step);
    List<Source> sources =
        step.sources().stream().map(id -> recipe.source(id.value()).orElseThrow()).toList();

    List<StepId> sees = new ArrayList<>(others);
    ordered.stream()
        .map(PackageStep::id)
        .filter(closure::contains)
        .forEach(id -> sees.add(new StepId(phase.id(), id)));
    List<String> above = new ArrayList<>();
    for (PackageStep other : phase.steps()) {
      if (other.id().equals(step.id())) {
        break;
      }
      above.add(other.id());
    }
    List<StepId> needs =
        directNeeds(step, above).stream().map(id -> new StepId(phase.id(), id)).toList();

    return new PlannedStep(
        new StepId(phase.id(), step.id()),
        phase.where(),
        phase.shell().value(),
        emulator(phase),
        toolchain.kind(),
        Stream.concat(toolchain.path().stream().map(Text::value), STANDARD_PATH.stream()).toList(),
        variables(phase, step, options, environment, sources),
        environment,
        sources,
        system,
        options,
        step.before(),
        step.after(),
        step.script(),
        needs,
        sees,
        step.jobs(),
        step.overwrites().stream().map(Text::value).toList());
  }

  /** What runs in a host phase are the build machine's own programs. */
  private PlannedStep.@Nullable Emulator emulator(Phase phase) {
    Target.Qemu qemu = target.qemu();
    if (qemu == null || phase.where() == Place.HOST) {
      return null;
    }
    Text cpu = qemu.cpu();
    return new PlannedStep.Emulator(qemu.arch().value(), cpu == null ? null : cpu.value());
  }

  private static BuildSystem systemOf(Phase phase, PackageStep step) {
    if (step.build() != null) {
      return step.build();
    }
    if (phase.defaults().isEmpty()) {
      throw new IllegalArgumentException(
          "nothing says how to build " + step.id() + "; validate the recipe first");
    }
    return phase.defaults().get(0).system();
  }

  private static BuildOptions merged(Phase phase, BuildSystem system, PackageStep step) {
    BuildOptions defaults =
        phase.defaults().stream()
            .filter(d -> d.system() == system)
            .map(BuildDefaults::options)
            .findFirst()
            .orElse(BuildOptions.NONE);
    BuildOptions own = step.options();
    return new BuildOptions(
        own.prefix() != null ? own.prefix() : defaults.prefix(),
        ConfigureArguments.merged(defaults.configure(), own.configure()),
        joined(defaults.make(), own.make()),
        // Unlike the others the targets of `make install` replace: "install" is one of them.
        own.install().isEmpty() ? defaults.install() : own.install(),
        own.directory() != null ? own.directory() : defaults.directory());
  }

  private static List<Text> joined(List<Text> first, List<Text> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static List<PlannedStep.Export> environment(
      Toolchain toolchain, Phase phase, PackageStep step) {
    Map<String, String> exports = new LinkedHashMap<>();
    Stream.of(toolchain.environment(), phase.environment(), step.environment())
        .flatMap(Collection::stream)
        .forEach(
            variable -> {
              exports.remove(variable.name());
              exports.put(variable.name(), variable.value().value());
            });
    return exports.entrySet().stream()
        .map(e -> new PlannedStep.Export(e.getKey(), e.getValue()))
        .toList();
  }

  private SortedMap<String, String> variables(
      Phase phase,
      PackageStep step,
      BuildOptions options,
      List<PlannedStep.Export> environment,
      List<Source> sources) {
    SortedMap<String, String> all = new TreeMap<>(common);
    all.put("FFS_PHASE", phase.id());
    all.put("FFS_STEP", step.id());
    all.put("FFS_SYSROOT", phase.where() == Place.HOST ? SYSROOT : "/");

    Set<String> mentioned = new LinkedHashSet<>(List.of("FFS_SYSROOT"));
    List<@Nullable Text> texts = new ArrayList<>();
    texts.add(phase.shell());
    texts.add(options.prefix());
    texts.add(options.directory());
    texts.addAll(options.configure());
    texts.addAll(options.make());
    texts.addAll(options.install());
    texts.add(step.before());
    texts.add(step.after());
    texts.add(step.script());
    for (Source source : sources) {
      texts.add(source.prepare());
      source.archives().forEach(archive -> texts.add(archive.prepare()));
    }
    texts.stream().filter(Objects::nonNull).forEach(text -> mention(text.value(), mentioned));
    environment.forEach(export -> mention(export.value(), mentioned));

    all.keySet().retainAll(mentioned);
    return all;
  }

  private static void mention(String text, Set<String> mentioned) {
    Matcher matcher = MENTION.matcher(text);
    while (matcher.find()) {
      mentioned.add(matcher.group());
    }
  }
}
