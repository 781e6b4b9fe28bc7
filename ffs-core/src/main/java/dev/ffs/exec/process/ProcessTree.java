package dev.ffs.exec.process;

import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A process and all that came of it.
 *
 * <p>Of it are its descendants and, since a process whose parent has ended is a descendant no more,
 * everything whose standard output or error is a pipe of this process. A daemon that has left its
 * parent, closed both and is in nobody's sight when the end begins is not found: only a PID
 * namespace holds such a one.
 */
final class ProcessTree {

  private static final long POLL_MILLIS = 20;

  private final Set<ProcessHandle> members = new LinkedHashSet<>();
  private final Set<String> pipes = new HashSet<>();

  /** Takes note of a process that was just started. */
  ProcessTree(ProcessHandle root) {
    members.add(root);
    pipes.addAll(pipesOf(root));
  }

  /**
   * Ends all of it: TERM first, KILL to what is left after a grace.
   *
   * @throws ExecutorException if some of it is there after all that
   */
  void end(Duration grace, Duration patience) {
    long start = System.nanoTime();
    Set<ProcessHandle> asked = new HashSet<>();
    for (List<ProcessHandle> living = living(); !living.isEmpty(); living = living()) {
      long elapsed = System.nanoTime() - start;
      if (elapsed < grace.toNanos()) {
        living.stream().filter(asked::add).forEach(ProcessHandle::destroy);
      } else if (elapsed < grace.plus(patience).toNanos()) {
        living.forEach(ProcessHandle::destroyForcibly);
      } else {
        throw new ExecutorException(
            Reason.PROCESSES_LEFT,
            "these processes do not end, not even by KILL: "
                + living.stream().map(ProcessTree::describe).collect(Collectors.joining(", "))
                + "; end them by hand, as the user they belong to",
            null);
      }
      pause();
    }
  }

  /** Looks for new members and returns all that have not ended. */
  private List<ProcessHandle> living() {
    Map<ProcessHandle, ProcessHandle> parents = new HashMap<>();
    ProcessHandle.allProcesses()
        .filter(process -> !members.contains(process) && !process.equals(ProcessHandle.current()))
        .forEach(
            process -> {
              if (pipesOf(process).stream().anyMatch(pipes::contains)) {
                members.add(process);
              } else {
                process.parent().ifPresent(parent -> parents.put(process, parent));
              }
            });
    boolean grown = true;
    while (grown) {
      // A process may come before its parent: again, until nothing is added.
      grown = false;
      for (Map.Entry<ProcessHandle, ProcessHandle> child : parents.entrySet()) {
        grown |= members.contains(child.getValue()) && members.add(child.getKey());
      }
    }
    return members.stream().filter(ProcessTree::isLiving).toList();
  }

  // The JDK counts a zombie as alive; where nobody reaps orphans, it stays one for ever.
  private static boolean isLiving(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false; // It ended meanwhile.
    }
  }

  private static Set<String> pipesOf(ProcessHandle process) {
    Set<String> found = new HashSet<>();
    for (String descriptor : List.of("1", "2")) {
      Path link = Path.of("/proc", Long.toString(process.pid()), "fd", descriptor);
      try {
        String target = Files.readSymbolicLink(link).toString();
        if (target.startsWith("pipe:")) {
          found.add(target);
        }
      } catch (IOException e) {
        // It has ended, has closed this one, or is somebody else's: then it is not ours to end.
      }
    }
    return found;
  }

  private static String describe(ProcessHandle process) {
    return process.pid()
        + process.info().command().map(c -> " (" + c + ")").orElse("")
        + process.info().user().map(u -> " of " + u).orElse("");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }
}
