package dev.ffs.audit;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import dev.ffs.model.Architecture;
import dev.ffs.model.Output;
import dev.ffs.model.Target;
import dev.ffs.model.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Judges one root file system. It is given each entry once, in any order, and then says what it
 * found.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Audit {

  /** No program is larger; what claims to be is not read into memory. */
  private static final long LARGEST = 1L << 30;

  /** More paths of the build than this in one file are only counted. */
  private static final int SHOWN = 3;

  /** Where a link may lead though nothing is there before a system runs. */
  private static final List<String> MADE_BY_THE_KERNEL = List.of("/dev", "/proc", "/run", "/sys");

  private static final List<String> PROGRAM_DIRECTORIES =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  private final Architecture architecture;
  private final Optional<String> loader;
  private final Set<String> compilers = new HashSet<>();
  private final List<String> except;
  private final BuildPaths forbidden;

  private final Root root = new Root();
  private final Set<String> identities = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();

  /** What can be said only when all entries are known. */
  private final List<Runnable> later = new ArrayList<>();

  private int files;
  private int elfFiles;
  private int excepted;

  private Audit(
      Architecture architecture, String triple, Output.Audit rules, Collection<String> forbidden) {
    this.architecture = architecture;
    this.loader = architecture.loader(triple);
    rules.compilers().forEach(compiler -> compilers.add(compiler.value()));
    this.except = rules.except().stream().map(Text::value).toList();
    this.forbidden =
        new BuildPaths(
            Stream.concat(forbidden.stream(), rules.forbid().stream().map(Text::value)).toList());
  }

  /**
   * Begins an audit.
   *
   * @param target what the root is for
   * @param rules what the recipe allows
   * @param forbidden absolute paths that no file may name, besides those of the recipe
   * @return the audit, for one thread
   * @throws IllegalArgumentException if nothing is known about the processor of the target
   */
  public static Audit of(Target target, Output.Audit rules, Collection<String> forbidden) {
    String triple = target.triple().value();
    Architecture architecture =
        Architecture.ofTriple(triple)
            .orElseThrow(
                () -> new IllegalArgumentException("no audit knows the processor of " + triple));
    return new Audit(architecture, triple, rules, forbidden);
  }

  /**
   * Looks at an entry, and reads its content.
   *
   * @param entry the entry
   * @throws IOException if its content cannot be read
   */
  public void add(ArchiveEntry entry) throws IOException {
    String path = "/" + entry.path();
    root.add(path, entry.body());
    if (except.stream().anyMatch(one -> path.equals(one) || path.startsWith(one + "/"))) {
      excepted++;
      return;
    }
    if (forbidden.has(path) && !forbidden.has(Root.parent(path))) {
      find(path, "is of the build and does not belong here");
    }
    if (entry.body() instanceof SymbolicLink link) {
      files++;
      later.add(() -> judge(path, link));
    } else if (entry.body() instanceof RegularFile file) {
      files++;
      boolean first = file.identity() == null || identities.add(file.identity());
      if (file.size() > LARGEST) {
        find(path, "has " + file.size() + " bytes, more than can be judged");
      } else if (first) {
        judge(path, entry.mode(), content(path, file));
      }
    } else if (entry.body() instanceof HardLink) {
      files++;
    }
  }

  /**
   * Says what was found.
   *
   * @return the report; to be asked for once, when all entries are known
   */
  public AuditReport report() {
    later.forEach(Runnable::run);
    return new AuditReport(
        files,
        elfFiles,
        excepted,
        findings.stream().sorted(Comparator.comparing(Finding::path)).toList());
  }

  private static byte[] content(String path, RegularFile file) throws IOException {
    try (InputStream in = file.content().open()) {
      byte[] content = in.readNBytes((int) file.size());
      // Only at the end does a stream say whether it was what it should have been.
      if (content.length < file.size() || in.read() >= 0) {
        throw new IOException(path + ": has not " + file.size() + " bytes; was it changed?");
      }
      return content;
    }
  }

  private void find(String path, String problem) {
    findings.add(new Finding(path, problem));
  }

  // ---------------------------------------------------------------- any file

  private void judge(String path, int mode, byte[] content) {
    root.configure(path, content);
    List<String> named = List.copyOf(forbidden.in(content));
    if (!named.isEmpty()) {
      String shown = String.join(", ", named.subList(0, Math.min(SHOWN, named.size())));
      int more = named.size() - SHOWN;
      find(path, "names " + shown + (more > 0 ? " and " + more + " more" : "") + ", of the build");
    }
    try {
      if (ElfFile.is(content)) {
        judge(path, ElfFile.read(content));
      } else if (ArFile.is(content)) {
        for (ArFile.Member member : ArFile.members(content)) {
          judgeMember(path + "(" + member.name() + ")", member.of(content));
        }
      } else if ((mode & 0111) != 0 && content.length > 2 && content[0] == '#') {
        judgeScript(path, content);
      } else {
        judgeOther(path, content);
      }
    } catch (MalformedFileException e) {
      find(path, "is damaged: " + e.getMessage());
    }
  }

  private void judgeMember(String path, byte[] content) {
    try {
      if (ElfFile.is(content)) {
        judge(path, ElfFile.read(content));
      } else {
        judgeOther(path, content);
      }
    } catch (MalformedFileException e) {
      find(path, "is damaged: " + e.getMessage());
    }
  }

  private void judgeOther(String path, byte[] content) {
    OtherProgram.of(content)
        .ifPresent(
            program ->
                find(path, "is " + program.description() + ", which none of the compilers made"));
  }

  private void judge(String path, SymbolicLink link) {
    String target = link.target();
    if (forbidden.has(target)) {
      find(path, "points to " + target + ", of the build");
    } else if (target.startsWith("/")
        && root.resolve(path).isEmpty()
        && MADE_BY_THE_KERNEL.stream()
            .noneMatch(top -> target.equals(top) || target.startsWith(top + "/"))) {
      find(path, "points to " + target + ", which does not exist");
    }
  }

  // ---------------------------------------------------------------- ELF

  private void judge(String path, ElfFile elf) {
    elfFiles++;
    if (elf.machine() != architecture.elfMachine()
        || elf.bits() != architecture.bits()
        || elf.littleEndian() != architecture.littleEndian()) {
      find(path, "is for " + describe(elf) + ", not for " + architecture.cpu());
    }
    judgeComments(path, elf);
    List<String> runPaths = new ArrayList<>();
    for (String runPath : elf.runPaths()) {
      for (String directory : runPath.split(":", -1)) {
        runPaths.add(directory);
        judgeRunPath(path, directory);
      }
    }
    String interpreter = elf.interpreter();
    if (interpreter != null) {
      if (loader.isPresent() && !loader.get().equals(interpreter)) {
        find(path, "its interpreter is " + interpreter + ", not " + loader.get());
      }
      later.add(
          () -> {
            if (root.file(interpreter).isEmpty()) {
              find(path, "its interpreter " + interpreter + " does not exist");
            }
          });
    }
    if (!elf.needed().isEmpty()) {
      later.add(() -> judgeNeeded(path, elf.needed(), runPaths));
    }
  }

  private static String describe(ElfFile elf) {
    String name =
        Stream.of(Architecture.values())
            .filter(
                a ->
                    a.elfMachine() == elf.machine()
                        && a.bits() == elf.bits()
                        && a.littleEndian() == elf.littleEndian())
            .map(Architecture::cpu)
            .findFirst()
            .orElse("machine " + elf.machine());
    return "%s (%d bits, %s end first)"
        .formatted(name, elf.bits(), elf.littleEndian() ? "little" : "big");
  }

  private void judgeComments(String path, ElfFile elf) {
    if (elf.comments().isEmpty()) {
      // An assembler writes none, so an object need not have one; what is linked of C has.
      boolean linked = elf.type() == ElfFile.EXECUTABLE || elf.type() == ElfFile.SHARED_OBJECT;
      if (linked && !compilers.contains(Output.Audit.NO_COMMENT)) {
        find(path, "does not say which compiler made it: it has no .comment");
      }
    }
    for (String comment : elf.comments()) {
      if (!compilers.contains(comment)) {
        find(path, ".comment names another compiler: " + comment);
      }
    }
  }

  private void judgeRunPath(String path, String directory) {
    String plain = Root.normal(origin(path, directory));
    boolean below =
        Stream.of("/usr", "/lib", "/lib64")
            .anyMatch(top -> plain.equals(top) || plain.startsWith(top + "/"));
    if (!below) {
      find(path, "RPATH '" + directory + "' leads out of /usr and /lib");
    }
  }

  private static String origin(String path, String directory) {
    return directory
        .replace("${ORIGIN}", Root.parent(path))
        .replaceFirst("^\\$ORIGIN(?=/|$)", Root.parent(path));
  }

  private void judgeNeeded(String path, List<String> needed, List<String> runPaths) {
    List<String> directories = new ArrayList<>();
    runPaths.forEach(directory -> directories.add(Root.normal(origin(path, directory))));
    directories.addAll(root.libraryDirectories(loader));
    for (String library : needed) {
      boolean there =
          library.contains("/")
              ? root.file(library).isPresent()
              : isOfMusl(library)
                  || directories.stream()
                      .anyMatch(directory -> root.file(directory + "/" + library).isPresent());
      if (!there) {
        find(path, "needs " + library + ", which is in none of " + String.join(", ", directories));
      }
    }
  }

  /** The loader of musl is the C library, and stands in for the parts that others split it into. */
  private boolean isOfMusl(String library) {
    return loader.filter(path -> path.startsWith("/lib/ld-musl-")).isPresent()
        && library.matches("lib(c|pthread|rt|m|dl|util|xnet)\\..*");
  }

  // ---------------------------------------------------------------- scripts

  private void judgeScript(String path, byte[] content) {
    // The kernel reads no more than this (execve(2)).
    String start =
        new String(content, 0, Math.min(content.length, 256), StandardCharsets.ISO_8859_1);
    if (!start.startsWith("#!")) {
      return;
    }
    String[] words = start.lines().findFirst().orElse("").substring(2).strip().split("[ \t]+");
    String interpreter = words[0];
    @Nullable String program = null;
    if (interpreter.endsWith("/env") && words.length > 1) {
      program =
          Stream.of(words)
              .skip(1)
              .filter(word -> !word.startsWith("-") && !word.contains("="))
              .findFirst()
              .orElse(null);
    }
    @Nullable String wanted = program;
    later.add(
        () -> {
          if (root.file(interpreter).isEmpty()) {
            find(path, "its interpreter " + interpreter + " does not exist");
          } else if (wanted != null
              && PROGRAM_DIRECTORIES.stream()
                  .noneMatch(directory -> root.file(directory + "/" + wanted).isPresent())) {
            find(path, "its interpreter " + wanted + " does not exist");
          }
        });
  }

  @Override
  public String toString() {
    return "audit for " + architecture.name().toLowerCase(Locale.ROOT);
  }
}
