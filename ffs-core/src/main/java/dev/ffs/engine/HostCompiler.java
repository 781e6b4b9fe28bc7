package dev.ffs.engine;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.script.ScriptGenerator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says which compiler the machine has; it counts for the keys of the steps that use it. The machine
 * is asked once, and only if a step needs to know.
 */
final class HostCompiler implements Supplier<String> {

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL", "C");

  private final Executor executor;
  private final Cancellation cancellation;
  private @Nullable String answer;

  HostCompiler(BuildRequest request) {
    this.executor = request.executor();
    this.cancellation = request.cancellation();
  }

  /**
   * Returns what compiler, linker and C library say of their versions.
   *
   * @throws HostException if there is no compiler
   */
  @Override
  public synchronized String get() {
    if (answer == null) {
      List<String> lines = Collections.synchronizedList(new ArrayList<>());
      // A warning may come today and not tomorrow, and anywhere among the lines of the answer.
      List<String> errors = Collections.synchronizedList(new ArrayList<>());
      Command command =
          Command.of("/bin/sh", "-c", ScriptGenerator.compiler()).withEnvironment(ENVIRONMENT);
      ExitStatus status =
          executor.run(
              command,
              (channel, line) -> (channel == Channel.STDOUT ? lines : errors).add(line),
              cancellation);
      if (status.end() == ExitStatus.End.CANCELLED) {
        // It was asked in vain, and only half of the answer may be there.
        return "";
      }
      if (!status.succeeded()) {
        throw new HostException(
            "there is no C compiler and linker, which this recipe builds its first compiler with ("
                + String.join("; ", errors.isEmpty() ? lines : errors)
                + ")");
      }
      answer = String.join("\n", lines);
    }
    return answer;
  }
}
