package dev.ffs.engine;

import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import dev.ffs.script.ScriptGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A step run by the script of the enclosure itself, without an engine.
 *
 * <p>The sysroot has a static busybox and the probe, so that the same attempts can be made in host
 * phases and in chroot phases.
 */
final class Enclosed {

  /** Who runs a step, and where it runs. */
  enum Kind {
    ROOT_HOST(true, "host"),
    ROOT_CHROOT(true, "chroot"),
    ORDINARY_HOST(false, "host"),
    ORDINARY_CHROOT(false, "chroot");

    final boolean root;
    final String where;

    Kind(boolean root, String where) {
      this.root = root;
      this.where = where;
    }

    boolean isHost() {
      return where.equals("host");
    }

    /** All that this machine lets us be. */
    static Stream<Kind> all() {
      return Stream.of(values()).filter(kind -> !kind.root || Jvm.isRoot());
    }
  }

  private static final String NOBODY = "65534";
  private static final String PROLOGUE =
      "probe=/bin/probe; [ -x $probe ] || probe=/ffs/sysroot/bin/probe\n";

  final Path directory;
  final Path upper;
  final Path layer;
  private final Kind kind;
  private final List<String> options = new ArrayList<>();

  /** What the caller's shell does before it becomes the script of the enclosure. */
  private String before = "";

  private String prepare = "true";
  private List<String> wrapper = List.of();

  Enclosed(Path directory, Kind kind) throws IOException, InterruptedException {
    this.directory = directory.toRealPath();
    this.kind = kind;
    this.upper = this.directory.resolve("upper");
    this.layer = this.directory.resolve("layer");
    for (String name : List.of("upper", "work", "build", "layers", "layer", "layer/bin")) {
      Files.createDirectory(this.directory.resolve(name));
    }
    Files.createSymbolicLink(this.directory.resolve("layers/1"), layer);
    Files.createFile(this.directory.resolve("sources"));
    Files.writeString(this.directory.resolve("enclosure.sh"), ScriptGenerator.enclosure());
    Path busybox = layer.resolve("bin/busybox");
    Files.copy(program("busybox"), busybox, StandardCopyOption.COPY_ATTRIBUTES);
    for (String name : List.of("sh", "cat", "id", "ls", "mkdir", "ps", "sleep", "stat")) {
      Files.createSymbolicLink(layer.resolve("bin").resolve(name), Path.of("busybox"));
    }
  }

  /** Compiles what tries to get out; it needs no library, so it runs in every root. */
  static Path compileProbe(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("probe.c");
    Path probe = directory.resolve("probe");
    try (var in = Enclosed.class.getResourceAsStream("/escape/probe.c")) {
      Files.copy(in, source);
    }
    Tools.Result result =
        Tools.run(directory, "cc", "-static", "-O1", "-o", probe.toString(), source.toString());
    if (result.code() != 0) {
      throw new AssertionError(result);
    }
    return probe;
  }

  private static Path program(String name) throws IOException, InterruptedException {
    Tools.require(name);
    return Path.of(Tools.run(Path.of("/"), "sh", "-c", "command -v " + name).output().strip());
  }

  Enclosed probe(Path probe) throws IOException {
    Files.copy(probe, layer.resolve("bin/probe"), StandardCopyOption.COPY_ATTRIBUTES);
    return this;
  }

  /** Has another busybox, for the programs of another machine. */
  Enclosed busybox(Path file) throws IOException {
    Path busybox = layer.resolve("bin/busybox");
    Files.copy(file, busybox, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(busybox, PosixFilePermissions.fromString("rwxr-xr-x"));
    return this;
  }

  Enclosed option(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  Enclosed before(String shell) {
    before = shell;
    return this;
  }

  /** Does without an enclosure. */
  Enclosed plain() throws IOException {
    Files.writeString(directory.resolve("enclosure.sh"), ScriptGenerator.plain());
    return this;
  }

  /** Puts a command before the caller's. */
  Enclosed within(String... command) {
    wrapper = List.of(command);
    return this;
  }

  Enclosed prepare(String script) {
    prepare = script;
    return this;
  }

  /** Runs a script as the step; {@code $probe} is what tries to get out. */
  Tools.Result run(String script) throws IOException, InterruptedException {
    Files.writeString(directory.resolve("prepare.sh"), prepare + "\n");
    Files.writeString(directory.resolve("build.sh"), PROLOGUE + script + "\n");
    List<String> command = new ArrayList<>(List.of("setsid", "--wait"));
    if (!kind.root && Jvm.isRoot()) {
      Tools.require("setpriv");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
      for (String name : List.of("upper", "work", "build")) {
        Files.setAttribute(directory.resolve(name), "unix:uid", Integer.parseInt(NOBODY));
      }
      command.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    command.addAll(wrapper);
    command.addAll(List.of("bash", "-c", before + "\nbash \"$@\"; echo \"exit $?\"", "caller"));
    command.addAll(List.of(directory.resolve("enclosure.sh").toString(), "--step", "escape"));
    command.addAll(
        List.of("--where", kind.where, "--shell", kind.isHost() ? "/bin/bash" : "/bin/sh"));
    for (String name : List.of("layers", "upper", "work", "build", "sources")) {
      command.addAll(List.of("--" + name, directory.resolve(name).toString()));
    }
    command.addAll(List.of("--prepare", directory.resolve("prepare.sh").toString()));
    command.addAll(List.of("--script", directory.resolve("build.sh").toString()));
    command.addAll(options);
    return Tools.run(directory, command.toArray(String[]::new));
  }

  /** Runs a script that must succeed, and returns the lines that it printed. */
  List<String> lines(String script) throws IOException, InterruptedException {
    List<String> lines = run(script).output().lines().toList();
    if (!lines.get(lines.size() - 1).equals("exit 0")) {
      throw new AssertionError(String.join("\n", lines));
    }
    return lines.subList(0, lines.size() - 1);
  }

  String read(String name) throws IOException {
    return Files.readString(upper.resolve(name), StandardCharsets.UTF_8);
  }
}
