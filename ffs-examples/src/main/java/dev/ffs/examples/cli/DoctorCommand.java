package dev.ffs.examples.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs doctor}. */
@Command(name = "doctor", description = "Say what this machine lacks, and how to get it.")
final class DoctorCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin CommonOptions common;
  @Mixin StoreOption store;

  @Option(names = "--all", description = "Name the commands of every distribution that is known.")
  boolean all;

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Host host = surroundings.host();
    List<Doctor.Finding> findings = Doctor.examine(host, store.directory());
    Optional<Distribution> distribution = host.read("/etc/os-release").flatMap(Distribution::of);
    Doctor.report(findings, distribution, all).forEach(surroundings.out()::println);
    return findings.stream().anyMatch(f -> f.state() == Doctor.State.MISSING)
        ? ExitCode.HOST_LACKS
        : ExitCode.OK;
  }
}
