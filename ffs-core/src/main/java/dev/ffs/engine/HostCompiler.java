package dev.ffs.engine;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Says which compiler the host has; it counts for the keys of the steps that use it. */
final class HostCompiler {

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL", "C");

  private HostCompiler() {}

  /**
   * Asks compiler, linker and C library for their versions.
   *
   * @return what they say
   * @throws HostException if there is no compiler
   */
  static String identity(Executor executor, Cancellation cancellation) {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Command command =
        Command.of(
                "/bin/sh",
                "-c",
                "cc --version && cc -dumpmachine && ld --version && { ldd --version 2>&1 | head -n 1; }")
            .withEnvironment(ENVIRONMENT);
    ExitStatus status = executor.run(command, (channel, line) -> lines.add(line), cancellation);
    if (!status.succeeded() && !cancellation.isCancelled()) {
      throw new HostException(
          "there is no C compiler and linker, which this recipe builds its first compiler with ("
              + String.join("; ", lines)
              + ")");
    }
    return String.join("\n", lines);
  }
}
