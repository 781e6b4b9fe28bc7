package dev.ffs.engine;

import dev.ffs.exec.Command;
import java.util.List;
import java.util.Map;

/** How the engine calls the scripts of a build. */
final class Commands {

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL", "C");

  private Commands() {}

  /** Returns a command with the environment that all of them have. */
  static Command command(List<String> argv) {
    return Command.of(argv.toArray(String[]::new)).withEnvironment(ENVIRONMENT);
  }
}
