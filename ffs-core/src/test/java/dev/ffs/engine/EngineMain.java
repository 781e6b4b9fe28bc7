package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.script;

import dev.ffs.event.BuildEvent;
import dev.ffs.exec.fchroot.FchrootExecutor;
import dev.ffs.exec.local.LocalExecutor;
import dev.ffs.model.Recipe;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Builds in a process of its own: STORE OUTPUT MARK [none|FCHROOT]; a recipe of its own goes by the
 * mark "changes". Prints each line of the steps, then how it ended and the digest of the output, or
 * what was thrown.
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

  /** Steps that delete and replace what earlier ones made. */
  private static Recipe changes() throws IOException {
    return Builds.chrootPhases(
        script("first", "mkdir -p /a/b /c /e; touch /a/b/1 /c/2 /d /e/3; chmod 1770 /c"),
        script(
            "second",
            "rm -r /a /d /e; touch /a; mkdir /d; touch /d/4; mv /c /f; ln -s d /e; chmod 700 /bin"),
        script("third", "ls -lR /a /c /d /e /f >/list 2>/dev/null || true; rm /f/2"));
  }

  /** A recipe whose output takes a while to be packed. */
  static Recipe large() {
    // Random bytes are the hardest to compress.
    return Builds.host(script("large", "head -c 6000000 /dev/urandom >\"$FFS_SYSROOT/large\""));
  }

  public static void main(String[] args) throws IOException {
    String how = args.length > 3 ? args[3] : "";
    BuildRequest request =
        BuildRequest.of(
                switch (args[2]) {
                  case "changes" -> changes();
                  case "large" -> large();
                  default -> slow(args[2]);
                },
                Builds.TARGET,
                how.startsWith("/") ? new FchrootExecutor(Path.of(how)) : new LocalExecutor())
            .store(Path.of(args[0]))
            .output(Path.of(args[1]))
            .enclosure(how.equals("none") ? Enclosure.NONE : Enclosure.NAMESPACES)
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
