package dev.ffs.examples.cli;

import dev.ffs.model.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs doctor}. */
@Command(name = "doctor", description = "Say what this machine lacks, and how to get it.")
final class DoctorCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin RecipesOption recipes;
  @Mixin StoreOption store;

  @Option(names = "--all", description = "Name the commands of every distribution that is known.")
  boolean all;

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Host host = surroundings.host();
    List<Doctor.Finding> findings = Doctor.examine(host, store.directory(), emulated());
    Optional<Distribution> distribution = host.read("/etc/os-release").flatMap(Distribution::of);
    Doctor.report(findings, distribution, all).forEach(surroundings.out()::println);
    return findings.stream().anyMatch(f -> f.state() == Doctor.State.MISSING)
        ? ExitCode.HOST_LACKS
        : ExitCode.OK;
  }

  /** Returns the architectures that the recipes have emulated, and for which targets. */
  private SortedMap<String, List<String>> emulated() {
    SortedMap<String, List<String>> found = new TreeMap<>();
    for (String name : recipes.names(surroundings)) {
      for (Target target : recipes.load(surroundings, name).targets()) {
        Target.Qemu qemu = target.qemu();
        if (qemu != null) {
          found
              .computeIfAbsent(qemu.arch().value(), arch -> new ArrayList<>())
              .add(name + " " + target.id());
        }
      }
    }
    return found;
  }
}
