package dev.ffs.examples.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine that has everything, until something is taken from it. */
final class FakeHost implements Host {

  final Map<String, String> files = new HashMap<>();
  long space = 50_000_000_000L;
  private final Map<String, Ran> ran = new HashMap<>();
  private final Map<String, Ran> emulators = new HashMap<>();

  FakeHost() {
    files.put("/etc/os-release", "ID=debian\n");
    files.put("/proc/sys/kernel/osrelease", "6.1.0\n");
    answer("bash -c echo", 0, "5.2.15(1)-release\n");
    answer("fchroot --version", 0, "fchroot 1.0.2 (Valley of the Moles)\n");
    for (String program : List.of("unshare", "mount", "setpriv")) {
      answer(program, 0, program + " from util-linux 2.38.1\n");
    }
  }

  /** Sets what a command answers, told by its beginning. */
  FakeHost answer(String command, int exitCode, String output) {
    ran.put(command, new Ran(exitCode, output));
    return this;
  }

  FakeHost lacks(String tool) {
    return answer("sh -c command -v \"$1\" sh " + tool, 1, "");
  }

  FakeHost enclosureFails(String output) {
    return answer("bash -c base=$1", 125, output);
  }

  FakeHost emulator(String arch, int exitCode, String output) {
    emulators.put(" --emulator " + arch, new Ran(exitCode, output));
    return this;
  }

  @Override
  public Ran run(List<String> command) {
    String line = String.join(" ", command);
    for (Map.Entry<String, Ran> emulator : emulators.entrySet()) {
      if (line.endsWith(emulator.getKey())) {
        return emulator.getValue();
      }
    }
    return ran.entrySet().stream()
        .filter(entry -> line.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(new Ran(0, ""));
  }

  @Override
  public Optional<String> read(String file) {
    return Optional.ofNullable(files.get(file));
  }

  @Override
  public long usableSpace(Path directory) {
    return space;
  }
}
