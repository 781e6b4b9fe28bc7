package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.HostException;
import dev.ffs.exec.Executor;
import dev.ffs.json.Json;
import dev.ffs.model.Archive;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import dev.ffs.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs plan}. */
@Command(
    name = "plan",
    description = "Show the steps of a build, in order, and which of them would run.")
final class PlanCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipeArguments arguments;
  @Mixin StoreOption store;
  @Mixin ExecutorOption where;
  @Mixin EnclosureOption enclosure;

  @Option(names = "--json", description = "Print JSON; docs/cli.md describes it.")
  boolean json;

  PlanCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Recipe recipe = arguments.load(surroundings);
    BuildPlan plan = Planner.plan(recipe, arguments.target);
    List<Forecast> forecasts = forecasts(recipe);
    Map<StepId, String> states = new HashMap<>();
    forecasts.forEach(f -> states.put(f.step(), Explanation.word(f.verdict())));
    if (json) {
      surroundings.out().println(Json.write(json(plan, states)));
      return ExitCode.OK;
    }
    table(plan, states).lines().forEach(surroundings.out()::println);
    if (!forecasts.isEmpty()) {
      surroundings.out().println();
      surroundings.out().println(Explanation.summary(forecasts));
    }
    return ExitCode.OK;
  }

  /** Returns what would run, or nothing if that cannot be told here: the plan itself can. */
  private List<Forecast> forecasts(Recipe recipe) {
    try (Executor executor = where.open(surroundings)) {
      return surroundings
          .engine()
          .forecast(
              BuildRequest.of(recipe, arguments.target, executor)
                  .store(store.directory())
                  .enclosure(enclosure.kind())
                  .build());
    } catch (HostException | StoreException e) {
      surroundings.err().println("ffs: cannot say which steps would run: " + e.getMessage());
      return List.of();
    }
  }

  private static Table table(BuildPlan plan, Map<StepId, String> states) {
    Table table = new Table().row("#", "STEP", "STATE", "WHERE", "TOOLCHAIN", "SOURCES", "NEEDS");
    List<PlannedStep> steps = plan.steps();
    List<String> above = new ArrayList<>();
    String phase = "";
    for (int i = 0; i < steps.size(); i++) {
      PlannedStep step = steps.get(i);
      if (!step.id().phase().equals(phase)) {
        phase = step.id().phase();
        above.clear();
      }
      List<String> needs = step.needs().stream().map(StepId::step).toList();
      table.row(
          String.valueOf(i + 1),
          step.id().toString(),
          states.getOrDefault(step.id(), "?"),
          word(step.where()),
          word(step.toolchain()),
          dash(String.join(", ", sources(step))),
          needs.size() > 1 && needs.equals(above)
              ? "all above in " + phase
              : dash(String.join(", ", needs)));
      above.add(step.id().step());
    }
    return table;
  }

  private static Map<String, Object> json(BuildPlan plan, Map<StepId, String> states) {
    List<Object> steps = new ArrayList<>();
    for (PlannedStep step : plan.steps()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("number", steps.size() + 1);
      fields.put("step", step.id().toString());
      fields.put("state", states.get(step.id()));
      fields.put("where", word(step.where()));
      fields.put("toolchain", word(step.toolchain()));
      fields.put("build", word(step.build()));
      fields.put("sources", step.sources().stream().map(Source::id).toList());
      fields.put("needs", step.needs().stream().map(StepId::toString).toList());
      steps.add(fields);
    }
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("name", plan.target().id());
    target.put("triple", plan.target().triple().value());
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("recipe", plan.recipe());
    all.put("target", target);
    all.put("steps", steps);
    all.put("sources", plan.sources().stream().map(PlanCommand::json).toList());
    return all;
  }

  private static Map<String, Object> json(Source source) {
    List<Object> archives = new ArrayList<>();
    for (Archive archive : source.archives()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("url", archive.url().value());
      fields.put("sha256", archive.digest());
      archives.add(fields);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", source.id());
    fields.put("version", source.version().value());
    fields.put("license", source.license().value());
    fields.put("archives", archives);
    return fields;
  }

  private static List<String> sources(PlannedStep step) {
    return step.sources().stream().map(PlannedStep::directoryOf).toList();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String dash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
