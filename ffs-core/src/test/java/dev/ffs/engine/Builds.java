package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Executor;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Output;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** Builds small recipes in one directory, and notes what happens. */
final class Builds {

  static final String TARGET = "x86-64bit";
  static final Ffs FFS = Ffs.create();

  /** Puts the machine's static busybox into the sysroot, as the shell of a chroot phase. */
  static final String BUSYBOX =
      """
      mkdir -p "$FFS_SYSROOT/bin"
      cp "$(command -v busybox)" "$FFS_SYSROOT/bin/busybox"
      for name in sh cat chmod env id ln ls mkdir mv rm sort stat touch; do
        ln -s busybox "$FFS_SYSROOT/bin/$name"
      done
      """;

  final Path directory;
  final Path store;
  final Path output;
  final List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
  Executor executor = new LocalExecutor();

  Builds(Path directory) throws IOException {
    this.directory = directory.toRealPath();
    this.store = this.directory.resolve("store");
    this.output = this.directory.resolve("out");
  }

  static void requireEnclosure() throws IOException, InterruptedException {
    Tools.requireNamespaces();
  }

  /** A recipe of host steps, which all ship. */
  static Recipe host(PackageStep... steps) {
    return recipe(List.of(), "base", phase("base", Place.HOST, "cross", steps));
  }

  /** A recipe with a busybox, and steps inside the sysroot that ship. */
  static Recipe chroot(PackageStep... steps) throws IOException {
    Tools.require("busybox");
    return recipe(
        List.of(),
        "main",
        phase("base", Place.HOST, "cross", script("root", BUSYBOX)),
        chrootPhase("/bin/sh", steps));
  }

  /** A recipe with a busybox, and a phase inside the sysroot for each step, which all ship. */
  static Recipe chrootPhases(PackageStep... steps) throws IOException {
    Tools.require("busybox");
    List<Phase> phases = new ArrayList<>();
    phases.add(phase("base", Place.HOST, "cross", script("root", BUSYBOX)));
    List.of(steps).forEach(step -> phases.add(chrootPhase(step.id(), "/bin/sh", step)));
    String shipped = String.join(" ", List.of(steps).stream().map(PackageStep::id).toList());
    return recipe(List.of(), shipped, phases.toArray(Phase[]::new));
  }

  static Phase chrootPhase(String shell, PackageStep... steps) {
    return chrootPhase("main", shell, steps);
  }

  private static Phase chrootPhase(String id, String shell, PackageStep... steps) {
    return new Phase(
        id,
        Place.CHROOT,
        text("native"),
        null,
        text(shell),
        List.of(),
        List.of(),
        List.of(steps),
        HERE);
  }

  static Recipe with(Recipe recipe, Output output) {
    return new Recipe(
        recipe.id(),
        recipe.title(),
        recipe.phases(),
        recipe.toolchains(),
        output,
        recipe.mirrors(),
        recipe.sources(),
        recipe.targets(),
        recipe.origin());
  }

  static Recipe with(Recipe recipe, Source... sources) {
    return new Recipe(
        recipe.id(),
        recipe.title(),
        recipe.phases(),
        recipe.toolchains(),
        recipe.output(),
        recipe.mirrors(),
        List.of(sources),
        recipe.targets(),
        recipe.origin());
  }

  static Output output(
      List<String> phases,
      List<String> exclude,
      List<Output.DirectoryEntry> directories,
      List<Output.OwnerEntry> owners) {
    return new Output(
        texts(phases.toArray(String[]::new)),
        texts(exclude.toArray(String[]::new)),
        directories,
        owners,
        HERE);
  }

  static Output.DirectoryEntry directory(String path, String mode) {
    return new Output.DirectoryEntry(text(path), text(mode));
  }

  static Output.OwnerEntry owner(String path, String user, String group, String mode) {
    return new Output.OwnerEntry(
        text(path),
        user == null ? null : text(user),
        group == null ? null : text(group),
        mode == null ? null : text(mode));
  }

  BuildRequest request(Recipe recipe, UnaryOperator<BuildRequest.Builder> more) {
    return more.apply(
            BuildRequest.of(recipe, TARGET, executor)
                .store(store)
                .output(output)
                .jobs(2)
                .listener(events::add))
        .build();
  }

  BuildRequest request(Recipe recipe) {
    return request(recipe, builder -> builder);
  }

  BuildResult build(Recipe recipe) {
    events.clear();
    return FFS.build(request(recipe));
  }

  BuildResult build(Recipe recipe, BuildListener listener) {
    events.clear();
    return FFS.build(request(recipe, builder -> builder.listener(listener)));
  }

  /** Builds what must succeed, and returns the tarball. */
  Path tarball(Recipe recipe) {
    BuildResult result = build(recipe);
    if (!result.succeeded()) {
      throw new AssertionError(result);
    }
    return result.outputs().get(0).file();
  }

  static List<String> outcomes(BuildResult result) {
    return result.steps().stream().map(s -> s.step() + " " + s.outcome()).toList();
  }

  /** What a step printed. */
  List<String> lines(String step) {
    return events.stream()
        .filter(BuildEvent.StepOutput.class::isInstance)
        .map(BuildEvent.StepOutput.class::cast)
        .filter(line -> line.step().equals(step))
        .map(BuildEvent.StepOutput::line)
        .toList();
  }

  /** Returns the processes of this machine whose command line holds a text. */
  static List<String> processes(String text) throws IOException {
    List<String> found = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : stream) {
        try {
          String line = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
          if (line.contains(text)
              && !process.endsWith(Long.toString(ProcessHandle.current().pid()))) {
            found.add(process.getFileName() + " " + line);
          }
        } catch (IOException e) {
          // It has ended.
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return found;
  }

  /** Waits until no process of this machine has a text in its command line. */
  static void awaitNoProcess(String text) throws IOException, InterruptedException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!processes(text).isEmpty()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still running: " + processes(text));
      }
      Thread.sleep(20);
    }
  }
}
