package dev.ffs.exec.fchroot;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.exec.process.LocalFiles;
import dev.ffs.exec.process.ProcessRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * Runs commands on this machine, as the local executor does, and has chroot phases entered through
 * the program fchroot (funtoo-src/fchroot on GitHub).
 *
 * <p>fchroot wants to be root. In a build it is root of a user namespace, as everything else of a
 * step: neither who builds nor the machine needs to be prepared for it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FchrootExecutor implements Executor {

  /** Python starts in a tenth of a second; a loaded machine takes its time. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ProcessRunner processes = new ProcessRunner();
  private final LocalFiles files = new LocalFiles(processes);
  private final Path program;

  /**
   * Makes an executor that enters roots through a program.
   *
   * @param program absolute path of fchroot, or of another program with the same command line
   */
  public FchrootExecutor(Path program) {
    if (!program.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path: '" + program + "'");
    }
    this.program = program;
  }

  /**
   * Looks for fchroot and tries whether it starts.
   *
   * @param path directories to look in, separated by colons, as {@code $PATH} has them
   * @return the executor
   * @throws ExecutorException if it is not there or does not start; the message says how to get it
   */
  public static FchrootExecutor find(String path) {
    Path program =
        Stream.of(path.split(":", -1))
            .filter(directory -> directory.startsWith("/"))
            .map(directory -> Path.of(directory, "fchroot"))
            .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
            .findFirst()
            .orElseThrow(
                () ->
                    new ExecutorException(
                        Reason.PROGRAM_NOT_FOUND,
                        "there is no fchroot in "
                            + path
                            + "; to get it: git clone https://github.com/funtoo-src/fchroot, and as"
                            + " root: ln -s \"$PWD/fchroot/bin/fchroot\" /usr/local/bin/",
                        null));
    FchrootExecutor executor = new FchrootExecutor(program);
    executor.requireStarting();
    return executor;
  }

  private void requireStarting() {
    List<String> said = new CopyOnWriteArrayList<>();
    Command command =
        Command.of(program.toString(), "--version")
            .withEnvironment(Map.of("PATH", FchrootRoot.PATH, "LC_ALL", "C"))
            .withTimeout(PATIENCE);
    ExitStatus status =
        processes.run(command, (channel, line) -> said.add(line), new Cancellation());
    if (!status.succeeded()) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          program
              + " does not start ("
              + status
              + "): "
              + String.join("; ", said)
              + "; it needs python3 in "
              + FchrootRoot.PATH,
          null);
    }
  }

  /**
   * Makes an executor that runs commands inside a root, through fchroot: what the root has is all
   * that they see. They are root there of a user namespace: files that belong to others than the
   * caller are nobody's, and cannot be changed.
   *
   * <p>Commands of one such executor see each other's processes, and are ended with it. Its mounts,
   * and the emulator that fchroot registers for a root of another architecture, are its own (the
   * latter from Linux 6.7 on), and are gone with it, however this process ends. What fchroot leaves
   * in the root stays: {@code /etc/resolv.conf}, and in {@code /usr/local/bin} an emulator.
   *
   * <p>The root needs the directories {@code /proc}, {@code /sys}, {@code /dev} and {@code /etc},
   * and {@code /bin/sh} and {@code env}. fchroot 1.0.2 tells what a root of x86 is by a {@code
   * /bin/sh} (or bash, or su) that is not position independent and not linked with glibc
   * statically, and does not enter other ones.
   *
   * @param root directory of the root
   * @return the executor, which is to be closed
   * @throws ExecutorException if namespaces or mounts cannot be made
   */
  public Executor in(Path root) {
    return FchrootRoot.open(program, Objects.requireNonNull(root, "root"), processes, files);
  }

  @Override
  public String name() {
    return "fchroot";
  }

  /** Returns fchroot alone; the engine adds what it needs of options. */
  @Override
  public List<String> chrootProgram() {
    return List.of(program.toString());
  }

  @Override
  public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
    return processes.run(command, sink, cancellation);
  }

  /** Copies a file or a tree to another path of this machine; does nothing if it is the same. */
  @Override
  public void push(Path local, String remote) {
    files.copy(local, LocalFiles.pathOf(remote));
  }

  /** Copies a file or a tree from another path of this machine; does nothing if it is the same. */
  @Override
  public void pull(String remote, Path local) {
    files.copy(LocalFiles.pathOf(remote), local);
  }

  @Override
  public void close() {}
}
