package dev.ffs.script;

import dev.ffs.model.Archive;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scripts of steps. The same step gives the same bytes, on every machine.
 *
 * <p>Safe for several threads. Making one costs some 50 ms; keep it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ScriptGenerator {

  /**
   * The time that builds take for now, in seconds since 1970: 1980-01-01, the earliest that a zip
   * archive can hold.
   */
  public static final long EPOCH = 315_532_800L;

  private final Templates templates = new Templates();

  private ScriptGenerator() {}

  /**
   * Makes a generator.
   *
   * @return the generator
   */
  public static ScriptGenerator create() {
    return new ScriptGenerator();
  }

  /**
   * Makes the scripts of a step.
   *
   * @param step the step
   * @return its scripts
   */
  public StepScripts generate(PlannedStep step) {
    String environment = environment(step);
    return new StepScripts(prepare(step), environment, build(step, environment));
  }

  /**
   * Returns the script that runs a step in namespaces of its own; it is the same for every step.
   *
   * @return bash
   */
  public static String enclosure() {
    return Templates.resource("enclosure.sh");
  }

  /**
   * Returns the script that runs a step without namespaces, with the options of {@link
   * #enclosure()}.
   *
   * @return bash
   */
  public static String plain() {
    return Templates.resource("plain.sh");
  }

  /**
   * Returns the script that has a program such as fchroot enter a root.
   *
   * @return bash; what its arguments are stands in it
   */
  public static String fchroot() {
    return Templates.resource("fchroot.sh");
  }

  /**
   * Returns the script that makes what a step changed ready to be kept.
   *
   * @return bash; its arguments are the tree and {@link #EPOCH}, and {@code inside} if it is to do
   *     without a user namespace
   */
  public static String keep() {
    return Templates.resource("keep.sh");
  }

  /**
   * Returns the script that says which compiler, linker and C library a machine has.
   *
   * @return sh; it fails where one of them is missing
   */
  public static String compiler() {
    return Templates.resource("compiler.sh");
  }

  /**
   * Returns the script that carries what a step changed from one machine to another.
   *
   * @return bash; its arguments are {@code pack TREE FILE} or {@code unpack FILE TREE}
   */
  public static String carry() {
    return Templates.resource("carry.sh");
  }

  /**
   * Returns the script that looks after a build's directory on another machine. It stands there
   * beside that of {@link #carry()}.
   *
   * @return bash; its arguments are the directory and what to do
   */
  public static String remote() {
    return Templates.resource("remote.sh");
  }

  /**
   * Makes the bundle of a plan.
   *
   * @param plan the plan
   * @return its files
   */
  public Bundle bundle(BuildPlan plan) {
    return new BundleWriter(this, plan).bundle();
  }

  private String prepare(PlannedStep step) {
    Map<String, Object> values =
        common(
            step,
            step.variables().keySet().stream().filter(name -> isMentioned(step, name)).toList());
    values.put("sources", step.sources().stream().map(s -> source(step, s)).toList());
    return templates.render("prepare.vm", values);
  }

  private static Map<String, Object> source(PlannedStep step, Source source) {
    String directory = literalBuild(step, source);
    Map<String, Object> values = new HashMap<>();
    values.put("comment", oneLine(source.id() + " " + source.version().value()));
    values.put("directory", directory);
    values.put("missing", Shell.literal("no archive of " + source.id() + " is there"));
    List<Map<String, Object>> archives = new ArrayList<>();
    for (Archive archive : source.distinctArchives()) {
      Map<String, Object> entry = new HashMap<>();
      entry.put("file", "/ffs/sources/" + Shell.literal(source.id() + "/" + archive.fileName()));
      entry.put("directory", directory);
      entry.put("hasPrepare", archive.prepare() != null);
      entry.put("prepare", textOf(archive.prepare()));
      archives.add(entry);
    }
    values.put("archives", archives);
    values.put("hasPrepare", source.prepare() != null);
    values.put("prepare", textOf(source.prepare()));
    values.put(
        "patches",
        source.patches().stream()
            .map(p -> Shell.literal(patchPath(source.id(), p.name().value())))
            .toList());
    return values;
  }

  private static String patchPath(String source, String name) {
    return "/ffs/sources/" + source + "/patches/" + name;
  }

  private String environment(PlannedStep step) {
    Map<String, Object> values = common(step, List.copyOf(step.variables().keySet()));
    values.put("path", Shell.literal(String.join(":", step.path())));
    values.put("home", Shell.literal("/build/" + step.id().step()));
    values.put(
        "exports",
        step.environment().stream()
            .map(export -> export.name() + "=" + Shell.expanding(export.value()))
            .toList());
    return templates.render("environment.vm", values);
  }

  private String build(PlannedStep step, String environment) {
    Map<String, Object> values = common(step, List.of());
    values.put("shell", step.shell());
    values.put("environment", environment);
    String directory =
        step.sources().isEmpty()
            ? Shell.literal("/build/" + step.id().step())
            : literalBuild(step, step.sources().get(0));
    values.put("directory", directory);
    values.put("parts", parts(step, directory));
    return templates.render("build.vm", values);
  }

  private static List<Map<String, Object>> parts(PlannedStep step, String directory) {
    List<Map<String, Object>> parts = new ArrayList<>();
    if (step.before() != null) {
      parts.add(shell("ffs_before", step.before()));
    }
    switch (step.build()) {
      case AUTOTOOLS -> parts.add(commands(autotools(step)));
      case MAKE -> parts.add(commands(make(step)));
      case SCRIPT -> {
        if (step.script() != null) {
          parts.add(shell("ffs_script", step.script()));
        }
      }
    }
    if (step.after() != null) {
      if (step.options().directory() != null) {
        parts.add(commands("cd " + directory));
      }
      parts.add(shell("ffs_after", step.after()));
    }
    return parts;
  }

  private static String autotools(PlannedStep step) {
    BuildOptions options = step.options();
    List<String> arguments = new ArrayList<>();
    if (options.prefix() != null) {
      arguments.add(Shell.expanding("--prefix=" + options.prefix().value()));
    }
    options.configure().forEach(text -> arguments.add(Shell.expanding(text.value())));
    StringBuilder out = new StringBuilder(enterDirectory(options));
    String up = "./";
    if (options.directory() != null) {
      up = "../".repeat(options.directory().value().split("/").length);
    }
    out.append(up).append("configure");
    arguments.forEach(argument -> out.append(" \\\n  ").append(argument));
    return out.append('\n').append(makeAndInstall(step, List.of())).toString();
  }

  private static String make(PlannedStep step) {
    Text prefix = step.options().prefix();
    List<String> arguments =
        prefix == null ? List.of() : List.of(Shell.expanding("PREFIX=" + prefix.value()));
    return enterDirectory(step.options()) + makeAndInstall(step, arguments);
  }

  private static String enterDirectory(BuildOptions options) {
    if (options.directory() == null) {
      return "";
    }
    String directory = Shell.literal(options.directory().value());
    return "mkdir -p " + directory + "\ncd " + directory + "\n";
  }

  private static String makeAndInstall(PlannedStep step, List<String> arguments) {
    List<String> make = new ArrayList<>(List.of("make"));
    make.addAll(arguments);
    step.options().make().forEach(text -> make.add(Shell.expanding(text.value())));
    List<String> install = new ArrayList<>(make);
    if (step.where() == Place.HOST) {
      install.add("DESTDIR=\"$FFS_SYSROOT\"");
    }
    if (step.options().install().isEmpty()) {
      install.add("install");
    }
    step.options().install().forEach(text -> install.add(Shell.expanding(text.value())));
    return String.join(" ", make) + "\n" + String.join(" ", install);
  }

  /** Unpacking is told only what its own shell asks for, so that it is the same in every place. */
  private static boolean isMentioned(PlannedStep step, String variable) {
    return step.sources().stream()
        .flatMap(
            source ->
                Stream.concat(
                    Stream.of(textOf(source.prepare())),
                    source.archives().stream().map(archive -> textOf(archive.prepare()))))
        .anyMatch(text -> text.contains(variable));
  }

  private static Map<String, Object> common(PlannedStep step, List<String> variables) {
    Map<String, Object> values = new HashMap<>();
    values.put("title", oneLine(step.id().toString()));
    values.put("epoch", Long.toString(EPOCH));
    values.put(
        "variables",
        variables.stream()
            .map(name -> name + "=" + Shell.literal(String.valueOf(step.variables().get(name))))
            .toList());
    return values;
  }

  private static Map<String, Object> shell(String name, Text text) {
    return Map.of("shell", true, "name", name, "text", textOf(text));
  }

  private static Map<String, Object> commands(String text) {
    return Map.of("shell", false, "name", "", "text", text);
  }

  private static String literalBuild(PlannedStep step, Source source) {
    return Shell.literal("/build/" + step.id().step() + "/" + PlannedStep.directoryOf(source));
  }

  /** Without the line end behind the last line: the template has one. */
  private static String textOf(@Nullable Text text) {
    return text == null ? "" : text.value().replaceFirst("\\n\\z", "");
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
