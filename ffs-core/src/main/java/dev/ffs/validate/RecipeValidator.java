package dev.ffs.validate;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Architecture;
import dev.ffs.model.Output;
import dev.ffs.model.OutputFormat;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.model.Variable;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Judges whole recipes. */
@API(status = API.Status.STABLE, since = "0.1")
public final class RecipeValidator {

  private static final Pattern TRIPLE =
      Pattern.compile("[a-z0-9_]+-[a-z0-9_.]+(-[a-z0-9_.]+){1,2}");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");

  /** Those whose programs enclosure.sh tells from others, in the order of its table. */
  static final List<String> ARCHITECTURES =
      List.of(
          "aarch64",
          "aarch64_be",
          "arm",
          "armeb",
          "i386",
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
          "sparc64",
          "x86_64");

  private static final Pattern EMULATED = Pattern.compile(String.join("|", ARCHITECTURES));
  private static final Pattern CPU = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._,=+-]*");
  private static final Pattern MODE = Pattern.compile("[0-7]{1,4}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private final Recipe recipe;
  private final Checks checks = new Checks();
  private final VariableRules variables;
  private final List<String> phases;

  private RecipeValidator(Recipe recipe) {
    this.recipe = recipe;
    this.variables = new VariableRules(recipe, checks);
    this.phases = recipe.phases().stream().map(Phase::id).toList();
  }

  /**
   * Returns everything that is wrong with a recipe.
   *
   * @param recipe the recipe, from YAML or from Java
   * @return the findings ordered by place, without the lines of the files; empty for a good recipe
   */
  public static List<Diagnostic> validate(Recipe recipe) {
    RecipeValidator validator = new RecipeValidator(recipe);
    validator.recipe();
    validator.toolchains();
    validator.output(recipe.output());
    new SourceRules(recipe, validator.checks, validator.variables).check();
    validator.targets();
    validator.variables.checkNames();
    validator.phases();
    return validator.checks.found();
  }

  private void recipe() {
    Origin origin = recipe.origin();
    checks.id("recipe", recipe.id(), origin);
    if (checks.notBlank(recipe.title(), "the title") && recipe.title().value().contains("\n")) {
      checks.error(recipe.title().origin(), "the title has more than one line");
    }
    if (recipe.phases().isEmpty()) {
      checks.error(origin, "recipe '" + recipe.id() + "' has no phases");
    }
    if (recipe.targets().isEmpty()) {
      checks.error(
          origin,
          "recipe '" + recipe.id() + "' has no targets",
          "each kind of machine that it can be built for is a file targets/NAME.yaml");
    }
  }

  private void toolchains() {
    checks.unique("toolchain", recipe.toolchains(), Toolchain::id, Toolchain::origin);
    for (Toolchain toolchain : recipe.toolchains()) {
      checks.id("toolchain", toolchain.id(), toolchain.origin());
      toolchain.path().forEach(checks::absolutePath);
      variables.environment(toolchain.environment());
    }
  }

  private void output(Output output) {
    if (output.phases().isEmpty()) {
      checks.error(
          output.origin(),
          "the output has no phases, so it would hold no files",
          "name the phases whose files are shipped");
    }
    output.phases().forEach(phase -> checks.known("phase", phase, phases));
    List<String> formats = Stream.of(OutputFormat.values()).map(OutputFormat::id).toList();
    if (output.formats().isEmpty()) {
      checks.error(
          output.origin(),
          "the output has no formats, so nothing would be written",
          "there is: " + String.join(", ", formats));
    }
    checks.unique("format", output.formats(), Text::value, Text::origin);
    output.formats().forEach(format -> checks.known("format", format, formats));
    output.exclude().forEach(checks::absolutePath);
    checks.unique("directory", output.directories(), d -> d.path().value(), d -> d.path().origin());
    for (Output.DirectoryEntry directory : output.directories()) {
      checks.absolutePath(directory.path());
      mode(directory.mode());
    }
    checks.unique("path", output.owners(), o -> o.path().value(), o -> o.path().origin());
    for (Output.OwnerEntry owner : output.owners()) {
      checks.absolutePath(owner.path());
      number(owner.user(), "user");
      number(owner.group(), "group");
      if (owner.mode() != null) {
        mode(owner.mode());
      }
    }
    if (output.audit() != null) {
      audit(output.audit());
    }
  }

  private void audit(Output.Audit audit) {
    if (audit.compilers().isEmpty()) {
      checks.error(
          audit.origin(),
          "the audit has no compilers, so no program would pass",
          "give what they write into .comment, such as \"GCC: (GNU) 14.2.0\", or '"
              + Output.Audit.NO_COMMENT
              + "' for one that writes nothing");
    }
    audit.compilers().forEach(compiler -> checks.notBlank(compiler, "the compiler"));
    checks.unique("compiler", audit.compilers(), Text::value, Text::origin);
    for (List<Text> paths : List.of(audit.forbid(), audit.except())) {
      checks.unique("path", paths, Text::value, Text::origin);
      for (Text path : paths) {
        checks.absolutePath(path);
        if (path.value().equals("/")) {
          checks.error(path.origin(), "'/' is everything: nothing would be left to judge");
        }
      }
    }
  }

  private void mode(Text mode) {
    checks.matches(mode, MODE, "a mode", "a mode has one to four octal digits, such as 0755");
  }

  private void number(@Nullable Text number, String what) {
    if (number != null) {
      checks.matches(
          number,
          NUMBER,
          "a " + what + " id",
          "it must be a number: the output does not depend on the " + what + "s of this machine");
    }
  }

  private void targets() {
    checks.unique("target", recipe.targets(), Target::id, Target::origin);
    for (Target target : recipe.targets()) {
      checks.id("target", target.id(), target.origin());
      checks.matches(
          target.triple(),
          TRIPLE,
          "a triple",
          "a triple is CPU-SYSTEM-LIBC or CPU-VENDOR-SYSTEM-LIBC, such as aarch64-linux-musl");
      architecture(target);
      word(target.kernelArch(), "an architecture of Linux", "such as x86, arm64, riscv");
      Target.Qemu qemu = target.qemu();
      if (qemu != null) {
        checks.matches(
            qemu.arch(),
            EMULATED,
            "an architecture that can be emulated",
            "as QEMU names them: " + String.join(", ", ARCHITECTURES));
        if (qemu.cpu() != null && checks.notBlank(qemu.cpu(), "the CPU")) {
          checks.matches(
              qemu.cpu(),
              CPU,
              "a CPU model of QEMU",
              "such as cortex-a72, or max,sve=off: properties follow the name after commas");
        }
      }
      checks.unique("variable", target.variables(), Variable::name, Variable::origin);
      target.variables().forEach(v -> checks.id("variable", v.name(), v.origin()));
    }
  }

  /** Images say which processor they are for, and the audit looks for it. */
  private void architecture(Target target) {
    Output output = recipe.output();
    boolean needed =
        output.audit() != null
            || output.formats().stream()
                .flatMap(format -> OutputFormat.of(format.value()).stream())
                .anyMatch(format -> format != OutputFormat.TAR_XZ);
    String triple = target.triple().value();
    if (needed && TRIPLE.matcher(triple).matches() && Architecture.ofTriple(triple).isEmpty()) {
      checks.error(
          target.triple().origin(),
          "the processor of '" + triple + "' has no name in images, and no audit knows it",
          "there is: "
              + Stream.of(Architecture.values())
                  .map(Architecture::cpu)
                  .collect(Collectors.joining(", ")));
    }
  }

  private void word(Text text, String what, String help) {
    checks.matches(text, WORD, what, help);
  }

  private void phases() {
    checks.unique("phase", recipe.phases(), Phase::id, Phase::origin);
    for (Phase phase : recipe.phases()) {
      checks.id("phase", phase.id(), phase.origin());
      if (phase.steps().isEmpty()) {
        checks.error(phase.origin(), "phase '" + phase.id() + "' has no steps");
      }
      toolchainOf(phase);
      sees(phase);
      checks.absolutePath(phase.shell());
      variables.environment(phase.environment());
      new StepRules(recipe, phase, checks, variables).check();
      new NeedsRules(recipe, phase, checks).check();
    }
  }

  private void sees(Phase phase) {
    if (phase.sees() == null) {
      return;
    }
    checks.unique("phase", phase.sees(), Text::value, Text::origin);
    List<String> above = phases.subList(0, phases.indexOf(phase.id()));
    for (Text seen : phase.sees()) {
      if (phases.contains(seen.value()) && !above.contains(seen.value())) {
        checks.error(
            seen.origin(),
            "phase '" + phase.id() + "' cannot see '" + seen + "', which is not built before it",
            "the order of the phases is that of 'phases' in the recipe");
      } else {
        checks.known("phase", seen, above);
      }
    }
  }

  private void toolchainOf(Phase phase) {
    List<String> names = recipe.toolchains().stream().map(Toolchain::id).toList();
    if (!checks.known("toolchain", phase.toolchain(), names)) {
      return;
    }
    Toolchain.Kind kind =
        recipe.toolchain(phase.toolchain().value()).map(Toolchain::kind).orElseThrow();
    Origin origin = phase.toolchain().origin();
    switch (phase.where()) {
      case CHROOT -> {
        if (kind == Toolchain.Kind.HOST) {
          checks.error(
              origin,
              "phase '" + phase.id() + "' runs in the chroot, where no compiler of the host is",
              "a chroot phase needs a toolchain of kind native");
        }
      }
      case HOST -> {
        if (kind == Toolchain.Kind.NATIVE) {
          checks.error(
              origin,
              "phase '" + phase.id() + "' runs on the host, where no native compiler runs",
              "a native toolchain runs on the target: use where: chroot, or a toolchain of kind"
                  + " host or cross");
        }
      }
    }
  }
}
