package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.script;

import dev.ffs.event.BuildEvent;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.model.Recipe;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Builds in a process of its own: STORE OUTPUT MARK. Prints each line of the steps, then how it
 * ended and the digest of the output, or what was thrown.
 */
final class EngineMain {

  private EngineMain() {}

  /** Two steps, the second of which takes two seconds in a process that is found by the mark. */
  static Recipe slow(String mark) throws IOException {
    return Builds.chroot(
        script("first", "mkdir -p /etc; echo first >/etc/first"),
        script(
            "second",
            """
            echo half >/etc/second
            echo started
            sh -c 'sleep 2; true' MARK
            echo whole >/etc/second
            """
                .replace("MARK", mark),
            "first"),
        script("third", "cat /etc/first /etc/second >/etc/third", "second"));
  }

  public static void main(String[] args) throws IOException {
    BuildRequest request =
        BuildRequest.of(slow(args[2]), Builds.TARGET, new LocalExecutor())
            .store(Path.of(args[0]))
            .output(Path.of(args[1]))
            .listener(
                event -> {
                  if (event instanceof BuildEvent.StepOutput output) {
                    System.out.println(output.line());
                  }
                })
            .build();
    try {
      BuildResult result = Builds.FFS.build(request);
      System.out.println(result.outcome());
      Builds.outcomes(result).forEach(System.out::println);
      result.outputs().forEach(file -> System.out.println(file.sha256()));
    } catch (HostException e) {
      System.out.println(e.getMessage());
    }
  }
}
