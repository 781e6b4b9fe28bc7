package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.script;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.model.Recipe;
import dev.ffs.store.CrashPoints;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreMaintenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Builds in a process of its own, and kills that process at a named point.
 *
 * <p>{@code MODE STORE OUTPUT POINT COUNT}: the mode is what {@link #recipe} knows, {@code prune},
 * or {@code many} for five builds at once; the process is killed when it reaches the point for the
 * COUNT-th time. Prints each step that is over, and how the build ended.
 */
final class CrashMain {

  private final String point;
  private final int count;
  private final Map<String, Integer> reached = new ConcurrentHashMap<>();

  private CrashMain(String point, int count) {
    this.point = point;
    this.count = count;
  }

  /**
   * Four steps, a phase for each, with all kinds of files; {@code failing} ends with one that
   * fails.
   */
  static Recipe recipe(String mode) throws IOException {
    return switch (mode) {
      case "normal", "many" -> withThird("cat /a/one /b >/c; chmod 4711 /c");
      case "failing" -> withThird("echo half >/c; exit 7");
      // Small, and all of it ships: for a disk with little room.
      case "small" ->
          Builds.host(
              script("first", fill("first")),
              script("second", fill("second"), "first"),
              script("third", "ls -R \"$FFS_SYSROOT\" >\"$FFS_SYSROOT/list\"", "second"));
      default -> throw new IllegalArgumentException(mode);
    };
  }

  private static Recipe withThird(String third) throws IOException {
    return Builds.chrootPhases(
        script("first", "mkdir /a; echo one >/a/one; ln /a/one /a/two; ln -s a /l; echo first"),
        script("second", "rm /a/two; mv /a/one /b; echo new >/a/one; mkdir -m 1777 /t"),
        script("third", third));
  }

  private static String fill(String name) {
    // 300 kB that xz makes small.
    return "for i in {1..6}; do head -c 50000 /dev/zero | tr '\\0' $i >\"$FFS_SYSROOT/NAME$i\"; done"
        .replace("NAME", name);
  }

  public static void main(String[] args) throws Exception {
    CrashMain crash = new CrashMain(args[3], Integer.parseInt(args[4]));
    CrashPoints.onReach(crash::reach);
    Path store = Path.of(args[1]);
    if (args[0].equals("prune")) {
      StoreMaintenance.of(LayerStore.open(store))
          .prune(OptionalInt.of(0), OptionalLong.empty(), false);
      return;
    }
    if (!args[0].equals("many")) {
      crash.build(args[0], store, Path.of(args[2]));
      return;
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Path output = Path.of(args[2] + "-" + i);
      Thread thread =
          new Thread(
              () -> {
                try {
                  crash.build("many", store, output);
                } catch (IOException e) {
                  say("error " + e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void build(String mode, Path store, Path output) throws IOException {
    try (Executor executor = new Watched(new LocalExecutor())) {
      BuildListener listener =
          event -> {
            if (event instanceof BuildEvent.StepFinished finished) {
              say("finished " + finished.step() + " " + finished.outcome());
            }
            reach("event " + event.getClass().getSimpleName());
          };
      BuildResult result =
          Builds.FFS.build(
              BuildRequest.of(recipe(mode), Builds.TARGET, executor)
                  .store(store)
                  .output(output)
                  .jobs(2)
                  .listener(listener)
                  .build());
      result.outputs().forEach(file -> say("sha256 " + file.sha256()));
      result
          .failures()
          .forEach(f -> say("failed " + f.step() + ": " + f.reason() + ": " + f.lastLines()));
    } catch (RuntimeException e) {
      say("error " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }

  private void reach(String name) {
    if (name.equals(point) && reached.merge(name, 1, Integer::sum) == count) {
      try {
        new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      while (true) {
        // Nothing more is done until the signal arrives.
        LockSupport.park();
      }
    }
  }

  /** Reaches a point before and after each command of a step. */
  private final class Watched implements Executor {

    private final Executor executor;

    Watched(Executor executor) {
      this.executor = executor;
    }

    @Override
    public String name() {
      return executor.name();
    }

    @Override
    public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
      String all = String.join(" ", command.argv());
      String kind =
          all.startsWith("mkfifo")
              ? "mkfifo"
              : all.contains("keep.sh") ? "keep" : all.contains("enclosure.sh") ? "run" : "ask";
      reach("before " + kind);
      ExitStatus status = executor.run(command, sink, cancellation);
      reach("after " + kind);
      return status;
    }

    @Override
    public void push(Path local, String remote) {
      executor.push(local, remote);
    }

    @Override
    public void pull(String remote, Path local) {
      executor.pull(remote, local);
    }

    @Override
    public void close() {
      executor.close();
    }
  }
}
