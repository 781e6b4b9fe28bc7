package dev.ffs.examples.cli;

import dev.ffs.engine.HostException;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.fchroot.FchrootExecutor;
import dev.ffs.exec.local.LocalExecutor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Where a build runs, and how. */
final class ExecutorOption {

  /** The one that needs a recipe and a target, for each of which it has a container. */
  static final String LXD = "lxd";

  /** By name; a further one is one more line. */
  private static final Map<String, Function<Surroundings, Executor>> EXECUTORS =
      new LinkedHashMap<>();

  static {
    EXECUTORS.put("local", surroundings -> new LocalExecutor());
    EXECUTORS.put(
        "fchroot", surroundings -> FchrootExecutor.find(surroundings.variable("PATH").orElse("")));
  }

  @Option(
      names = "--executor",
      paramLabel = "NAME",
      defaultValue = "local",
      description = {
        "What runs the steps: local, fchroot for chroot phases, or lxd for a container;",
        "default: ${DEFAULT-VALUE}."
      })
  String executor;

  /**
   * Returns whether steps run in a container of LXD; then {@link #open} has no executor.
   *
   * @throws UsageException if there is no such executor
   */
  boolean isLxd() {
    if (!executor.equals(LXD) && !EXECUTORS.containsKey(executor)) {
      List<String> names = new ArrayList<>(EXECUTORS.keySet());
      names.add(LXD);
      throw UsageException.unknown("there is no executor '" + executor + "'", executor, names);
    }
    return executor.equals(LXD);
  }

  /**
   * Makes the executor.
   *
   * @return an executor, to be closed
   * @throws UsageException if there is no such executor, or it is not to be had for this command
   * @throws HostException if this machine lacks what it needs
   */
  Executor open(Surroundings surroundings) {
    if (isLxd()) {
      throw new UsageException(
          "--executor lxd goes with build and shell only; keys are those of a local build");
    }
    try {
      return Objects.requireNonNull(EXECUTORS.get(executor)).apply(surroundings);
    } catch (ExecutorException e) {
      throw new HostException(String.valueOf(e.getMessage()));
    }
  }

  /** Returns the words of a command line that mean this executor; none for the default. */
  List<String> words() {
    return executor.equals("local") ? List.of() : List.of("--executor", executor);
  }
}
