package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.DidYouMean;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Archive;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Needs;
import dev.ffs.model.Output;
import dev.ffs.model.OutputFormat;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Patch;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import dev.ffs.validate.RecipeValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one recipe: one method for each part of the schema, so that each key stands here once. */
final class RecipeReader {

  static final String RECIPE = "recipe.yaml";

  private static final String EXTENSION = ".yaml";
  private static final String A_BUILD_SYSTEM = "a build system";
  private static final int LARGEST_YAML = 1 << 20;
  private static final int LARGEST_PATCH = 16 << 20;

  private static final Map<String, Place> PLACES = new LinkedHashMap<>();
  private static final Map<String, Toolchain.Kind> KINDS = new LinkedHashMap<>();
  private static final Map<String, BuildSystem> SYSTEMS = new LinkedHashMap<>();

  static {
    PLACES.put("host", Place.HOST);
    PLACES.put("chroot", Place.CHROOT);
    KINDS.put("host", Toolchain.Kind.HOST);
    KINDS.put("cross", Toolchain.Kind.CROSS);
    KINDS.put("native", Toolchain.Kind.NATIVE);
    SYSTEMS.put("autotools", BuildSystem.AUTOTOOLS);
    SYSTEMS.put("make", BuildSystem.MAKE);
  }

  private final Path directory;
  private final Loading loading = new Loading();

  RecipeReader(Path directory) {
    this.directory = directory;
  }

  Recipe read() {
    if (!Files.isDirectory(directory)) {
      throw new DiagnosticException(
          List.of(
              Diagnostic.error(
                  Origin.ofFile(directory.toString()),
                  Files.exists(directory)
                      ? "this is not a directory, so it is no recipe"
                      : "there is no such recipe")));
    }
    Recipe recipe = recipe();
    if (loading.isWhole()) {
      loading.addFindings(RecipeValidator.validate(recipe));
    }
    loading.throwIfErrors();
    return recipe;
  }

  // ---------------------------------------------------------------- files

  /** Reads a file of the recipe; what is wrong with the file as a whole is reported. */
  private <T> Optional<T> file(String name, String what, Function<Fields, T> reader) {
    Path path = directory.resolve(name);
    Node root;
    try {
      root = YamlParser.parse(path.toString(), TextFiles.read(path, LARGEST_YAML), loading);
    } catch (DiagnosticException e) {
      loading.addAll(e.diagnostics());
      loading.notWhole();
      return Optional.empty();
    }
    return Optional.of(Fields.read(loading, root, ofFile(name), what, reader));
  }

  private Origin ofFile(String name) {
    return Origin.ofFile(directory.resolve(name).toString());
  }

  /** Returns the names of the YAML files of a directory; nothing else may be in it. */
  private List<String> names(String subdirectory) {
    Path path = directory.resolve(subdirectory);
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(path)) {
      for (Path entry : entries.sorted().toList()) {
        String name = String.valueOf(entry.getFileName());
        if (name.endsWith(EXTENSION) && !name.startsWith(".")) {
          names.add(name.substring(0, name.length() - EXTENSION.length()));
        } else if (!name.startsWith(".")) {
          loading.error(
              Origin.ofFile(entry.toString()),
              "this is not read: it is not called NAME.yaml",
              "rename it, or move it out of '" + subdirectory + "'; nothing is skipped silently");
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // What should be there is missed elsewhere, by name.
    } catch (IOException e) {
      loading.error(Origin.ofFile(path.toString()), TextFiles.reason(path, e));
      loading.notWhole();
    }
    return names;
  }

  /** Checks a name that a file repeats, and returns the one to go on with. */
  private String same(Text text, String expected, String key, String what) {
    if (!text.value().isEmpty() && !text.value().equals(expected)) {
      loading.error(
          text.origin(),
          "'"
              + key
              + "' must be '"
              + expected
              + "', the name of the "
              + what
              + ", not '"
              + text
              + "'");
    }
    return expected;
  }

  // ---------------------------------------------------------------- recipe.yaml

  private record Head(
      Text title,
      @Nullable List<Text> phases,
      List<Toolchain> toolchains,
      Output output,
      Origin origin) {}

  private record Sources(List<MirrorGroup> mirrors, List<Source> sources) {}

  private Recipe recipe() {
    String id = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
    Head head =
        file(
                RECIPE,
                "the recipe",
                f -> {
                  Text name = f.text("recipe");
                  same(name, id, "recipe", "directory");
                  return new Head(
                      f.text("title"),
                      f.requiredTexts("phases"),
                      f.entries("toolchains", this::toolchain),
                      f.section("output", this::output),
                      name.origin());
                })
            .orElse(null);
    Sources sources =
        file(
                "sources.yaml",
                "the file",
                f ->
                    new Sources(
                        f.optionalEntries("mirrors", this::mirrors),
                        f.entries("sources", this::source)))
            .orElse(new Sources(List.of(), List.of()));
    List<Phase> phases = phases(head == null ? null : head.phases());
    List<Target> targets =
        names("targets").stream().map(this::target).flatMap(Optional::stream).toList();
    if (head == null) {
      Origin origin = ofFile(RECIPE);
      Output none = new Output(List.of(), List.of(), List.of(), List.of(), origin);
      head = new Head(new Text("", origin), List.of(), List.of(), none, origin);
    }
    return new Recipe(
        id,
        head.title(),
        phases,
        head.toolchains(),
        head.output(),
        sources.mirrors(),
        sources.sources(),
        targets,
        head.origin());
  }

  private Toolchain toolchain(Text name, Node node) {
    return Fields.read(
        loading,
        node,
        name.origin(),
        "toolchain '" + name + "'",
        f ->
            new Toolchain(
                name.value(),
                choice(f.text("kind"), "a kind of toolchain", KINDS, Toolchain.Kind.HOST),
                f.texts("path"),
                f.strings("environment", RecipeReader::variable),
                name.origin()));
  }

  private Output output(Fields f) {
    List<Text> phases = f.requiredTexts("phases");
    boolean defaultFormat = !f.has("formats");
    return new Output(
        phases == null ? List.of() : phases,
        defaultFormat
            ? List.of(new Text(OutputFormat.DEFAULT.id(), f.origin()))
            : f.texts("formats"),
        f.texts("exclude"),
        f.strings("directories", Output.DirectoryEntry::new),
        f.optionalEntries("owners", this::owner),
        f.has("audit") ? f.section("audit", RecipeReader::audit) : null,
        f.origin());
  }

  private static Output.Audit audit(Fields f) {
    List<Text> compilers = f.requiredTexts("compilers");
    return new Output.Audit(
        compilers == null ? List.of() : compilers,
        f.texts("forbid"),
        f.texts("except"),
        f.origin());
  }

  private Output.OwnerEntry owner(Text path, Node node) {
    return Fields.read(
        loading,
        node,
        path.origin(),
        "'" + path + "'",
        f ->
            new Output.OwnerEntry(
                path, f.optionalText("user"), f.optionalText("group"), f.optionalText("mode")));
  }

  private static Variable variable(Text name, Text value) {
    return new Variable(name.value(), value, name.origin());
  }

  private <T> T choice(Text text, String what, Map<String, T> words, T otherwise) {
    @Nullable T chosen = Fields.choice(loading, text, what, words);
    return Objects.requireNonNullElse(chosen, otherwise);
  }

  // ---------------------------------------------------------------- sources.yaml

  private MirrorGroup mirrors(Text name, Node node) {
    return new MirrorGroup(name.value(), Fields.texts(loading, name, node), name.origin());
  }

  private Source source(Text name, Node node) {
    return Fields.read(
        loading,
        node,
        name.origin(),
        "source '" + name + "'",
        f -> {
          Text version = f.text("version");
          List<Archive> archives = new ArrayList<>();
          archives.add(new Archive(f.text("url"), f.text("sha256"), null, name.origin()));
          Text license = f.text("license");
          List<Patch> patches = f.texts("patches").stream().map(this::patch).toList();
          Text prepare = f.shell("prepare");
          archives.addAll(f.optionalItems("alternates", this::alternate));
          return new Source(
              name.value(), version, license, archives, patches, prepare, name.origin());
        });
  }

  private Optional<Archive> alternate(Node node) {
    return Optional.of(
        Fields.read(
            loading,
            node,
            node.origin(),
            "an alternate",
            f -> new Archive(f.text("url"), f.text("sha256"), f.shell("prepare"), node.origin())));
  }

  private Patch patch(Text name) {
    if (name.value().contains("/")) {
      return new Patch(name, ""); // The rules refuse it.
    }
    Path file = directory.resolve("../patches").resolve(name.value()).normalize();
    try {
      return new Patch(name, TextFiles.read(file, LARGEST_PATCH));
    } catch (DiagnosticException e) {
      Diagnostic reason = e.diagnostics().get(0);
      loading.error(
          name.origin(),
          "patch '" + name + "' cannot be used: " + reason.message(),
          "its file is " + reason.origin());
      return new Patch(name, "");
    }
  }

  // ---------------------------------------------------------------- targets/*.yaml

  private Optional<Target> target(String name) {
    return file(
        "targets/" + name + EXTENSION,
        "the target",
        f -> {
          Text id = f.text("target");
          return new Target(
              same(id, name, "target", "file"),
              f.text("triple"),
              f.text("kernel-arch"),
              f.textOrEmpty("cflags"),
              f.has("qemu") ? f.section("qemu", RecipeReader::qemu) : null,
              f.strings("variables", RecipeReader::variable),
              id.origin());
        });
  }

  private static Target.Qemu qemu(Fields f) {
    return new Target.Qemu(f.text("arch"), f.optionalText("cpu"));
  }

  // ---------------------------------------------------------------- phases/*.yaml

  /** Reads the phases that the recipe lists, or all that there are if its list is not known. */
  private List<Phase> phases(@Nullable List<Text> listed) {
    List<String> files = names("phases");
    if (listed == null) {
      return files.stream().map(this::phase).flatMap(Optional::stream).toList();
    }
    List<Phase> phases = new ArrayList<>();
    Map<String, Text> seen = new HashMap<>();
    Set<String> unlisted = new HashSet<>(files);
    listed.forEach(name -> unlisted.remove(name.value()));
    for (Text name : listed) {
      Text first = seen.putIfAbsent(name.value(), name);
      if (first != null) {
        loading.error(
            name.origin(),
            "duplicate phase '" + name + "'",
            "the first one is at " + first.origin());
      } else if (files.contains(name.value())) {
        phase(name.value()).ifPresent(phases::add);
      } else {
        Optional<String> near = DidYouMean.nearest(name.value(), unlisted);
        near.ifPresent(unlisted::remove);
        loading.error(
            name.origin(),
            "phase '" + name + "' has no file phases/" + name + EXTENSION,
            near.map(n -> "did you mean '" + n + "'?")
                .orElse("there is: " + (files.isEmpty() ? "none" : String.join(", ", files))));
        loading.notWhole();
      }
    }
    List<String> left = new ArrayList<>(unlisted);
    Collections.sort(left);
    for (String name : left) {
      loading.error(
          ofFile("phases/" + name + EXTENSION),
          "phase '" + name + "' is not in the list 'phases' of " + RECIPE,
          "add it there, or remove the file");
    }
    return phases;
  }

  private Optional<Phase> phase(String name) {
    return file(
        "phases/" + name + EXTENSION,
        "the phase",
        f -> {
          Text id = f.text("phase");
          Text where = f.text("where");
          return new Phase(
              same(id, name, "phase", "file"),
              choice(where, "a place where steps run", PLACES, Place.HOST),
              f.text("toolchain"),
              f.has("sees") ? f.texts("sees") : null,
              Objects.requireNonNullElse(
                  f.optionalText("shell"), new Text(Phase.DEFAULT_SHELL, id.origin())),
              f.strings("environment", RecipeReader::variable),
              f.optionalEntries("defaults", this::defaults),
              f.items("steps", this::step),
              id.origin());
        });
  }

  private BuildDefaults defaults(Text name, Node node) {
    return new BuildDefaults(
        choice(name, A_BUILD_SYSTEM, SYSTEMS, BuildSystem.AUTOTOOLS),
        Fields.read(loading, node, name.origin(), "'" + name + "'", RecipeReader::options),
        name.origin());
  }

  private static BuildOptions options(Fields f) {
    return new BuildOptions(
        f.optionalText("prefix"),
        f.texts("configure"),
        f.texts("make"),
        f.texts("install"),
        f.optionalText("directory"));
  }

  private Optional<PackageStep> step(Node node) {
    if (node instanceof Node.Scalar scalar && !scalar.value().isBlank()) {
      return Optional.of(step(scalar.text(), new Node.Mapping(node.origin(), List.of())));
    }
    if (node instanceof Node.Mapping mapping && mapping.entries().size() == 1) {
      Node.Entry entry = mapping.entries().get(0);
      if (entry.value() instanceof Node.Scalar body && body.absent()) {
        loading.error(
            entry.key().origin(),
            "step '" + entry.key() + "' has no settings",
            "write '- "
                + entry.key()
                + "' without ':', or indent its settings deeper than its name");
        loading.standIn(entry.key().origin());
        return Optional.of(step(entry.key(), new Node.Mapping(node.origin(), List.of())));
      }
      return Optional.of(step(entry.key(), entry.value()));
    }
    loading.notWhole();
    if (node instanceof Node.Mapping mapping && mapping.entries().size() > 1) {
      loading.error(
          mapping.entries().get(1).key().origin(),
          "a step has one name, this would be its second: '" + mapping.entries().get(1).key() + "'",
          "indent the settings of step '"
              + mapping.entries().get(0).key()
              + "' deeper than its name, or begin a step with '- '");
    } else {
      loading.error(
          node.origin(),
          "a step must be a name, or a name with settings, found " + node.description(),
          "write '- NAME', or '- NAME:' and the settings indented below");
    }
    return Optional.empty();
  }

  private PackageStep step(Text name, Node body) {
    return Fields.read(
        loading,
        body,
        name.origin(),
        "step '" + name + "'",
        f -> {
          List<Text> sources = sources(name, f);
          Needs needs = f.has("needs") ? new Needs.Only(f.texts("needs")) : new Needs.Above();
          List<Variable> environment = f.strings("environment", RecipeReader::variable);
          Integer jobs = f.number("jobs");
          List<Text> overwrites = f.texts("overwrites");
          Text build = f.optionalText("build");
          BuildSystem system =
              build == null ? null : Fields.choice(loading, build, A_BUILD_SYSTEM, SYSTEMS);
          BuildOptions options = options(f);
          Text before = f.shell("before");
          Text after = f.shell("after");
          Text script = f.shell("script");
          if (script != null && build != null) {
            loading.error(
                build.origin(),
                "'build' does not go with a script",
                "the script is the whole build: drop one of the two");
          }
          return new PackageStep(
              name.value(),
              sources,
              needs,
              environment,
              script == null ? system : BuildSystem.SCRIPT,
              options,
              before,
              after,
              script,
              jobs,
              overwrites,
              name.origin());
        });
  }

  private List<Text> sources(Text name, Fields f) {
    Text written = f.optionalText("source");
    List<Text> extra = f.texts("extra-sources");
    List<Text> sources = new ArrayList<>();
    if (written == null) {
      sources.add(name);
    } else if (!written.value().equals("none")) {
      sources.add(written);
    } else if (!extra.isEmpty()) {
      loading.error(
          extra.get(0).origin(),
          "'extra-sources' are unpacked beside the source, but step '" + name + "' has none",
          "name one of them as 'source'");
    }
    sources.addAll(extra);
    return sources;
  }
}
