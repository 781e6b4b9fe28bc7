package dev.ffs.plan;

import dev.ffs.model.BuildOptions;
import dev.ffs.model.BuildSystem;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A step with everything filled in that its phase, toolchain and target give it.
 *
 * @param id its name
 * @param where where it runs
 * @param shell absolute path of the shell that runs its script
 * @param emulator what runs the programs of its root on machines that do not run them themselves,
 *     or null if every machine does
 * @param toolchain the toolchain it uses
 * @param path directories of {@code PATH}, in order
 * @param variables the {@code FFS_} variables that its texts mention, by name; without {@code
 *     FFS_JOBS}, which is known only when it runs
 * @param environment what is exported, in order; of a name that came up twice the last one
 * @param sources what it unpacks: first the one it builds, then those unpacked beside it
 * @param build the build system
 * @param options what the build system is told, defaults first
 * @param before shell before the build system, or null
 * @param after shell after it, or null
 * @param script the whole build as shell, or null
 * @param needs the steps of its phase that it names, or all above it
 * @param sees every step whose files it sees, in the order of the plan
 * @param jobs the most jobs it may run at once, or null for no limit of its own
 * @param overwrites absolute paths of its phase's other steps that it may replace
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record PlannedStep(
    StepId id,
    Place where,
    String shell,
    @Nullable Emulator emulator,
    Toolchain.Kind toolchain,
    List<String> path,
    SortedMap<String, String> variables,
    List<Export> environment,
    List<Source> sources,
    BuildSystem build,
    BuildOptions options,
    @Nullable Text before,
    @Nullable Text after,
    @Nullable Text script,
    List<StepId> needs,
    List<StepId> sees,
    @Nullable Integer jobs,
    List<String> overwrites) {

  /**
   * An exported variable.
   *
   * @param name its name
   * @param value its value, in which {@code $FFS_NAME} stands for a variable
   */
  public record Export(String name, String value) {

    /** Checks that both are there. */
    public Export {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * QEMU's user mode emulation.
   *
   * @param arch the architecture, as QEMU names it
   * @param cpu the CPU model, or null for the emulator's default
   */
  public record Emulator(String arch, @Nullable String cpu) {

    /** Checks that the architecture is there. */
    public Emulator {
      Objects.requireNonNull(arch, "arch");
    }

    /**
     * Returns the options of the enclosure's script that ask for it.
     *
     * @return the words of a command line
     */
    public List<String> options() {
      return cpu == null ? List.of("--emulator", arch) : List.of("--emulator", arch, "--cpu", cpu);
    }
  }

  /** Copies the collections. */
  public PlannedStep {
    path = List.copyOf(path);
    variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
    environment = List.copyOf(environment);
    sources = List.copyOf(sources);
    needs = List.copyOf(needs);
    sees = List.copyOf(sees);
    overwrites = List.copyOf(overwrites);
  }

  /**
   * Returns the name of the directory below {@code /build/STEP} that a source is unpacked to.
   *
   * @param source one of {@link #sources}
   * @return {@code ID-VERSION}, whatever the archive calls it
   */
  public static String directoryOf(Source source) {
    return source.id() + "-" + source.version().value();
  }

  /**
   * Returns every piece of shell that the recipe gave for this step.
   *
   * @return before, script, after, as far as there are any
   */
  public List<Text> shellTexts() {
    return Stream.of(before, script, after)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }
}
