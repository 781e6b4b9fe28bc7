package dev.ffs.testkit;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.remote.RemoteShell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Needs no other machine: the client is a program that runs its arguments beside itself. */
class RemoteShellContractIT extends ExecutorContract {

  private static List<String> client(List<String> argv) {
    List<String> command = new ArrayList<>(List.of("timeout", "1000"));
    command.addAll(argv);
    return command;
  }

  @Override
  protected Executor newExecutor() {
    RemoteShell shell =
        new RemoteShell("this machine", RemoteShellContractIT::client, System.getenv());
    return new Executor() {
      @Override
      public String name() {
        return "beside";
      }

      @Override
      public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
        return shell.run(command, sink, cancellation);
      }

      @Override
      public void push(Path local, String remote) {
        shell.push(local, remote);
      }

      @Override
      public void pull(String remote, Path local) {
        shell.pull(remote, local);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  protected void loseTransport(Executor executor) {
    ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/timeout"))
        .forEach(ProcessHandle::destroyForcibly);
  }
}
