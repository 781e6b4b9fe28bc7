package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.ExitStatus;

/** Runs a shell script in a container and prints what it prints: CONTAINER SCRIPT. */
final class RunMain {

  private RunMain() {}

  public static void main(String[] args) {
    LxdContainer container = new LxdClient(null).container(args[0]).orElseThrow();
    ExitStatus status =
        new LxdExecutor(container)
            .run(
                Lxd.shell(args[1]),
                (channel, line) -> System.out.println(line),
                new Cancellation());
    System.out.println(status);
  }
}
