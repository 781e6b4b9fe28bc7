package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.chrootPhase;
import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.variable;
import static dev.ffs.fixtures.Fixtures.withSources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.engine.Enclosed.Kind;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tarball;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Archive;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Target;
import dev.ffs.plan.StepId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Chroot phases whose root is another machine's, as root and as an ordinary user. */
@Tag("foreign")
@Timeout(120)
class ForeignIT {

  private static final Path TABLE = Path.of("/proc/sys/fs/binfmt_misc");
  private static final String REGISTER = " As root, until the next start, with QEMU's static user";

  @TempDir Path directory;

  @BeforeAll
  static void require() throws Exception {
    Builds.requireEnclosure();
    Tools.require("busybox");
    for (ForeignBusybox machine : ForeignBusybox.values()) {
      Tools.require("qemu-" + machine.arch + "-static");
    }
    assumeTrue(privateTables(), "this kernel gives user namespaces no table of binary formats");
    ForeignBusybox.require();
  }

  /** Linux before 6.7 has none; what is done there is tested as if this were such a machine. */
  private static boolean privateTables() throws IOException, InterruptedException {
    return Tools.run(Path.of("/"), "unshare", "-Urm", "mount", "-t", "binfmt_misc", "x", "/mnt")
            .code()
        == 0;
  }

  static Stream<Kind> kinds() {
    return Kind.all().filter(kind -> !kind.isHost());
  }

  static Stream<Arguments> kindsAndMachines() {
    return kinds()
        .flatMap(k -> Stream.of(ForeignBusybox.values()).map(machine -> Arguments.of(k, machine)));
  }

  private Enclosed step(Kind kind, ForeignBusybox machine) throws Exception {
    Enclosed step = new Enclosed(directory, kind).busybox(machine.file());
    for (String name : List.of("chmod", "env", "find", "mount", "touch", "uname")) {
      Files.createSymbolicLink(step.layer.resolve("bin").resolve(name), Path.of("busybox"));
    }
    return step.option("--emulator", machine.arch);
  }

  /** As if the machine were another; see machine.sh. */
  private Enclosed on(String setup, Enclosed step) throws IOException {
    Path script = ForeignBusybox.resource("machine.sh", directory);
    return step.within(
        "unshare", "-Urm", "bash", script.toString(), directory.toRealPath().toString(), setup);
  }

  @ParameterizedTest
  @MethodSource("kindsAndMachines")
  void programsOfTheTargetRunInItsRoot(Kind kind, ForeignBusybox machine) throws Exception {
    List<String> lines =
        step(kind, machine)
            .run("uname -m; sh -c 'uname -m'; exec sh -c 'exit 7'")
            .output()
            .lines()
            .toList();

    assertThat(lines.get(0)).startsWith("emulator: qemu-" + machine.arch + " version ");
    assertThat(lines.subList(1, lines.size()))
        .containsExactly(machine.arch, machine.arch, "exit 7");
  }

  /** As on a real one; without help from the kernel an emulator does not know it. */
  @ParameterizedTest
  @EnumSource
  void aProgramKnowsByWhichNameItWasCalled(ForeignBusybox machine) throws Exception {
    Kind kind = kinds().findFirst().orElseThrow();

    assertThat(step(kind, machine).lines("(exec -a uname /bin/busybox -m)")).endsWith(machine.arch);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theRecipeSaysWhichCpuItIs(Kind kind) throws Exception {
    Enclosed step = step(kind, ForeignBusybox.ARM).option("--cpu", "cortex-a72");

    List<String> lines = step.lines("env");

    assertThat(lines.get(0)).endsWith(", CPU cortex-a72");
    assertThat(lines)
        .contains("QEMU_CPU=cortex-a72")
        .filteredOn(line -> line.contains("QEMU"))
        .hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aCpuThatTheEmulatorDoesNotKnowIsNamed(Kind kind) throws Exception {
    Enclosed step = step(kind, ForeignBusybox.ARM).option("--cpu", "cortex-z99");

    assertThat(step.run("true").output())
        .contains("\nqemu-aarch64: unable to find CPU model 'cortex-z99'\n")
        .doesNotContain("exit 0");
  }

  @ParameterizedTest
  @MethodSource("kindsAndMachines")
  void nothingOfTheEmulatorIsInTheRoot(Kind kind, ForeignBusybox machine) throws Exception {
    Enclosed step = step(kind, machine);

    List<String> lines =
        step.lines(
            """
            find / -xdev -name '*qemu*'
            ls /ffs /proc/sys/fs/binfmt_misc
            cat /proc/self/mountinfo
            sleep 60 &
            stat -c %N /proc/$!/exe /proc/self/exe
            """);

    assertThat(lines.get(0)).startsWith("emulator: ");
    assertThat(lines.subList(1, lines.size()))
        .contains("build.sh", "'/proc/self/exe' -> '/bin/busybox'")
        .noneMatch(line -> line.contains("qemu") || line.contains("emulator"))
        .noneMatch(line -> line.contains("binfmt_misc") && !line.equals(TABLE + ":"))
        .as("of the files of this machine")
        .filteredOn(line -> line.startsWith("'/proc"))
        .noneMatch(line -> line.contains(directory.toString()));
    assertThat(step.upper).isEmptyDirectory();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aStepCanChangeNeitherTheEmulatorNorItsRegistration(Kind kind) throws Exception {
    Path emulator = program("qemu-aarch64-static");
    List<Object> before = state(emulator);

    List<String> lines =
        step(kind, ForeignBusybox.ARM)
            .lines(
                """
                sleep 60 &
                chmod 4777 /proc/$!/exe && echo changed
                touch /proc/$!/exe && echo changed
                (echo >>/proc/$!/exe) && echo changed
                (echo -1 >/proc/sys/fs/binfmt_misc/qemu-aarch64) && echo changed
                (echo -1 >/proc/sys/fs/binfmt_misc/status) && echo changed
                ls /proc/sys/fs/binfmt_misc
                uname -m
                """);

    assertThat(lines).doesNotContain("changed").endsWith("aarch64");
    assertThat(state(emulator)).isEqualTo(before);
  }

  private static List<Object> state(Path file) throws IOException {
    return List.of(
        Files.getAttribute(file, "unix:mode"),
        Files.getLastModifiedTime(file),
        Files.getAttribute(file, "unix:ctime"),
        Files.size(file));
  }

  private static Path program(String name) throws IOException, InterruptedException {
    return Path.of(Tools.run(Path.of("/"), "sh", "-c", "command -v " + name).output().strip());
  }

  /** A table that a step makes is its own: it changes what it runs itself, and nothing else. */
  @ParameterizedTest
  @MethodSource("kinds")
  void aTableThatAStepMakesIsEmpty(Kind kind) throws Exception {
    assertThat(
            step(kind, ForeignBusybox.ARM)
                .lines("mount -t binfmt_misc x /tmp\necho /tmp/*\nsh -c 'echo it runs'\ntrue"))
        .contains("/tmp/register /tmp/status")
        .doesNotContain("it runs");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theTableOfTheMachineStaysAsItIs(Kind kind) throws Exception {
    List<String> before = listing();
    Enclosed step =
        on(
            """
            has_table
            printf %s ':other:M::other::/bin/true:' >"$table/register"
            printf %s ':qemu-aarch64:E::aarch64::/bin/true:' >"$table/register"
            cat "$table"/{status,other,qemu-aarch64}
            trap 'ls "$table"; cat "$table"/{status,other,qemu-aarch64}' EXIT
            """,
            step(kind, ForeignBusybox.ARM));

    String said = step.run("uname -m").output();

    assertThat(said).containsPattern("(?s)emulator: .*\naarch64\nexit 0\n");
    String[] parts = said.split("emulator: .*\naarch64\nexit 0\n");
    assertThat(parts[1]).isEqualTo("other\nqemu-aarch64\nregister\nstatus\n" + parts[0]);
    assertThat(listing()).isEqualTo(before);
  }

  private static List<String> listing() throws IOException {
    try (Stream<Path> files = Files.list(TABLE)) {
      return files.map(Path::toString).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aMachineThatRunsTheProgramsItselfNeedsNoEmulator(Kind kind) throws Exception {
    String own = Tools.run(directory, "uname", "-m").output().strip();
    Enclosed step = new Enclosed(directory, kind).option("--emulator", own, "--cpu", "any");

    assertThat(step.lines("ls /bin/busybox; echo \"${QEMU_CPU-none}\""))
        .containsExactly("/bin/busybox", "none");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void hostPhasesNeedNoEmulator(Kind kind) throws Exception {
    Kind host = kind.root ? Kind.ROOT_HOST : Kind.ORDINARY_HOST;

    assertThat(new Enclosed(directory, host).option("--emulator", "aarch64").lines("echo here"))
        .containsExactly("here");
  }

  @Test
  void anEmulatorThatIsNotThereIsNamed() throws Exception {
    Enclosed step = step(Kind.ORDINARY_CHROOT, ForeignBusybox.ARM);

    assertThat(on("without " + program("qemu-aarch64-static"), step).run("true").output())
        .isEqualTo(
            "enclosure: this machine has neither qemu-aarch64-static nor qemu-aarch64, which is to"
                + " run the programs of the target: install QEMU's static user mode emulation"
                + " (qemu-user-static)\nexit 125\n");
  }

  @Test
  void anEmulatorThatNeedsLibrariesIsRefused() throws Exception {
    Path emulator = program("qemu-aarch64-static");
    Enclosed step = step(Kind.ORDINARY_CHROOT, ForeignBusybox.ARM);

    assertThat(on("replace " + emulator + " /bin/true", step).run("true").output())
        .startsWith(
            "enclosure: "
                + emulator
                + " needs files of this machine, so it cannot run in the root of the step: install"
                + " QEMU's static user mode emulation (qemu-user-static); chroot: ")
        .endsWith("\nexit 125\n");
  }

  @Test
  void anEmulatorThatIsTooOldIsRefused() throws Exception {
    Tools.require("cc");
    Path emulator = program("qemu-aarch64-static");
    Path source =
        Files.writeString(
            directory.resolve("old.c"),
            "#include <stdio.h>\nint main(void) { puts(\"qemu-aarch64 version 5.2.0\"); }\n");
    Path old = directory.resolve("old");
    Tools.Result compiled =
        Tools.run(directory, "cc", "-static", "-o", old.toString(), source.toString());
    assertThat(compiled.code()).as(compiled.output()).isZero();
    Enclosed step = step(Kind.ORDINARY_CHROOT, ForeignBusybox.ARM);

    assertThat(on("replace " + emulator + " " + old, step).run("true").output())
        .isEqualTo(
            "enclosure: "
                + emulator
                + " is not QEMU 6 or later: qemu-aarch64 version 5.2.0\nexit 125\n");
  }

  /** The command that the error names is the one that helps. */
  @Test
  void onAnOlderKernelTheMachineIsToldHowToRegisterAnEmulator() throws Exception {
    Enclosed step = step(Kind.ORDINARY_CHROOT, ForeignBusybox.ARM);

    String said = on("old_kernel", step).run("uname -m").output();

    assertThat(said)
        .startsWith(
            "enclosure: programs of aarch64 do not run here: the kernel gives a user namespace no"
                + " emulators of its own (before Linux 6.7 none does; mount: /somewhere:"
                + " permission denied.), and the machine has none registered with the flag F."
                + REGISTER)
        .endsWith("\nexit 125\n");
    assertThat(said.lines()).hasSize(2);
    String command = said.lines().findFirst().orElseThrow().replaceFirst(".* installed: ", "");
    Enclosed again = on("umount \"$table\"\n" + command + "\nold_kernel", step);

    assertThat(again.run("uname -m").output())
        .matches(
            "emulator: qemu-aarch64 version .*, as this machine has registered it\naarch64\n"
                + "exit 0\n");
  }

  @Test
  void aRegistrationThatCannotServeIsNotUsed() throws Exception {
    Enclosed step = step(Kind.ORDINARY_CHROOT, ForeignBusybox.ARM);
    String emulator = program("qemu-aarch64-static").toString();
    String said = on("old_kernel", step).run("true").output();
    Matcher line = Pattern.compile("printf %s '(:[^']*):PF'").matcher(said);
    assertThat(line.find()).isTrue();
    String registration = line.group(1);
    List<String> setups =
        List.of(
            "printf %s '" + registration + ":P' >\"$table/register\"",
            "printf %s '" + registration + ":PF' >\"$table/register\"; echo 0 >$table/status",
            "printf %s '" + registration + ":PF' >\"$table/register\"; echo 0 >$table/qemu-aarch64",
            "printf %s ':x:M::MZ::" + emulator + ":PF' >\"$table/register\"",
            "printf %s ':x:E::aarch64::" + emulator + ":PF' >\"$table/register\"");

    for (String setup : setups) {
      assertThat(on("has_table\n" + setup + "\nold_kernel", step).run("true").output())
          .as(setup)
          .contains(REGISTER)
          .endsWith("exit 125\n");
    }
  }

  @Test
  void onAnOlderKernelRootCannotChangeTheEmulatorOfTheMachine() throws Exception {
    assumeTrue(Jvm.isRoot(), "only root is the owner of the emulator");
    Path emulator = program("qemu-aarch64-static");
    Enclosed step = step(Kind.ROOT_CHROOT, ForeignBusybox.ARM);
    String said = on("old_kernel", step).run("true").output();
    String command = said.lines().findFirst().orElseThrow().replaceFirst(".* installed: ", "");

    assertThat(on("umount \"$table\"\n" + command + "\nold_kernel", step).run("uname -m").output())
        .isEqualTo(
            "enclosure: the step would be the owner of "
                + emulator
                + ", so it could change it for the whole machine, and the kernel gives it none of"
                + " its own (before Linux 6.7; mount: /somewhere: permission denied.): build as an"
                + " ordinary user\nexit 125\n");
  }

  /** Debian's registrations are QEMU's own. */
  @Test
  void theTableOfArchitecturesIsThatOfQemu() throws Exception {
    Path theirs = Path.of("/usr/lib/binfmt.d");
    assumeTrue(Files.exists(theirs.resolve("qemu-aarch64.conf")), "not a Debian");
    Enclosed step = new Enclosed(directory, Kind.ORDINARY_CHROOT);
    List<String> architectures =
        List.of(
            "aarch64",
            "arm",
            "armeb",
            "loongarch64",
            "m68k",
            "mips",
            "mips64",
            "mips64el",
            "mipsel",
            "ppc",
            "ppc64",
            "ppc64le",
            "riscv32",
            "riscv64",
            "s390x",
            "sparc64");
    for (String architecture : architectures) {
      step.option("--emulator", architecture);
      String[] ours = on("old_kernel", step).run("true").output().split(":M:")[1].split(":");
      String[] qemus =
          Files.readString(theirs.resolve("qemu-" + architecture + ".conf")).split(":");

      byte[] magic = bytes(ours[1]);
      byte[] mask = bytes(ours[2]);
      assertThat(magic).hasSize(20);
      assertThat(mask).hasSize(20);
      byte[] theirMagic = bytes(qemus[4]);
      byte[] theirMask = bytes(qemus[5]);
      for (int i = 0; i < magic.length; i++) {
        int both = mask[i] & theirMask[i];
        assertThat(magic[i] & both).as(architecture + " " + i).isEqualTo(theirMagic[i] & both);
        // The identification as far as the version, and the machine.
        if (i < 7 || i > 17) {
          assertThat(mask[i]).as(architecture + " " + i).isEqualTo((byte) 0xff);
        } else if (i > 15) {
          assertThat(mask[i]).as(architecture + " " + i).isEqualTo(theirMask[i]);
        }
      }
    }
  }

  private static byte[] bytes(String escaped) {
    return HexFormat.of()
        .parseHex(escaped.replace("\\x7fELF", "\\x7f\\x45\\x4c\\x46").replace("\\x", ""));
  }

  // --- With an engine, and with a bundle -------------------------------------------------------

  private Recipe foreign() throws Exception {
    Path root = Files.createDirectories(directory.resolve("busybox-1"));
    for (ForeignBusybox machine : ForeignBusybox.values()) {
      Files.copy(machine.file(), root.resolve(machine.arch));
    }
    Path archive = directory.resolve("busybox-1.tar");
    String digest = Tarball.pack(archive, root);
    Source source =
        new Source(
            "busybox",
            text("1"),
            text("GPL-2.0-only"),
            List.of(new Archive(text(archive.toUri().toString()), text(digest), null, HERE)),
            List.of(),
            null,
            HERE);
    PackageStep base =
        script(
            "root",
            """
            mkdir -p "$FFS_SYSROOT/bin"
            cp "$FFS_MACHINE" "$FFS_SYSROOT/bin/busybox"
            chmod 755 "$FFS_SYSROOT/bin/busybox"
            for name in sh uname; do ln -s busybox "$FFS_SYSROOT/bin/$name"; done
            """);
    Recipe recipe =
        recipe(
            List.of(source),
            "main",
            phase("base", Place.HOST, "cross", withSources(base, "busybox")),
            chrootPhase("/bin/sh", script("kind", "uname -m >/kind; echo \"$QEMU_CPU\" >>/kind")));
    return new Recipe(
        recipe.id(),
        recipe.title(),
        recipe.phases(),
        recipe.toolchains(),
        recipe.output(),
        recipe.mirrors(),
        recipe.sources(),
        List.of(
            target("arm-64bit", "aarch64", "arm64", "cortex-a72"),
            target("riscv-64bit", "riscv64", "riscv", "rv64")),
        recipe.origin());
  }

  private static Target target(String id, String arch, String kernelArch, String cpu) {
    return new Target(
        id,
        text(arch + "-linux-musl"),
        text(kernelArch),
        text("-O2"),
        new Target.Qemu(text(arch), text(cpu)),
        List.of(variable("machine", arch)),
        HERE);
  }

  private static String content(Path tarball, String file) throws Exception {
    return Tools.run(
            Path.of("/"), "tar", "-x", "-O", "--wildcards", "-f", tarball.toString(), "*" + file)
        .output();
  }

  @Test
  void aForeignTargetIsBuiltAndEnteredLikeAnyOther() throws Exception {
    Builds builds = new Builds(directory);
    Recipe recipe = foreign();
    for (Target target : recipe.targets()) {
      String arch = target.qemu().arch().value();
      BuildRequest request =
          BuildRequest.of(recipe, target.id(), builds.executor)
              .store(builds.store)
              .output(builds.output)
              .jobs(1)
              .listener(builds.events::add)
              .build();

      builds.events.clear();
      BuildResult result = FFS.build(request);

      assertThat(result.succeeded()).as(result.toString()).isTrue();
      assertThat(builds.lines("main/kind"))
          .singleElement()
          .asString()
          .startsWith("emulator: qemu-" + arch + " version ")
          .endsWith(", CPU " + target.qemu().cpu());
      Path tarball = result.outputs().get(0).file();
      assertThat(content(tarball, "kind")).isEqualTo(arch + "\n" + target.qemu().cpu() + "\n");
      assertThat(Tools.run(directory, "tar", "-t", "-f", tarball.toString()).output().lines())
          .containsExactly("kind");

      try (StepShell open = FFS.shell(request, new StepId("main", "kind"))) {
        Process shell = new ProcessBuilder(open.command()).redirectErrorStream(true).start();
        shell.outputWriter().append("echo; uname -m\n").close();
        assertThat(Jvm.outputOf(shell).lines()).contains(arch);
      }

      Path bundle = directory.resolve("bundle-" + arch);
      FFS.generate(FFS.plan(recipe, target.id()), bundle);
      Tools.Result built = Tools.run(bundle, "bash", "build.sh", "-j", "1");
      assertThat(built.code()).as(built.output()).isZero();
      Path other = bundle.resolve("out/small-" + target.id() + ".tar.xz");
      assertThat(content(other, "kind")).isEqualTo(content(tarball, "kind"));
    }
  }
}
