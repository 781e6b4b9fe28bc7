package dev.ffs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Executor;
import dev.ffs.exec.fchroot.FchrootExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/** Commands inside a root of busybox, entered through some fchroot. */
abstract class FchrootContract extends ExecutorContract {

  @TempDir Path directory;
  private Path root;

  abstract Path program();

  @AfterEach
  void nothingIsLeftOnTheMachine() throws Exception {
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain("ffs-fchroot-", directory.toString());
    assertThat(processes(directory.toString())).isEmpty();
  }

  @Override
  protected Executor newExecutor() throws Exception {
    if (root == null) {
      root = busyboxRoot(directory.resolve("a root"));
    }
    return new FchrootExecutor(program()).in(root);
  }

  @Override
  protected void loseTransport(Executor executor) throws Exception {
    // The process that holds all mounts and processes is the only one that knows where.
    for (long process : processes("fchroot.sh held")) {
      ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Makes a root with a static shell and the usual tools. */
  private static Path busyboxRoot(Path root) throws Exception {
    Path busybox = program("busybox");
    for (String name : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "usr/bin", "var/tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    Path copy = root.resolve("bin/busybox");
    Files.copy(busybox, copy, StandardCopyOption.COPY_ATTRIBUTES);
    try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      // For the GNU ABI, which the kernel does not mind, fchroot 1.0.2 takes it for no x86 program.
      file.write(ByteBuffer.wrap(new byte[] {0}), 7);
    }
    for (String applet : output(busybox.toString(), "--list").split("\n", -1)) {
      Path link = root.resolve("bin").resolve(applet);
      if (!applet.isEmpty() && !Files.exists(link)) {
        Files.createSymbolicLink(link, Path.of("busybox"));
      }
    }
    return root;
  }

  private static Path program(String name) {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      Path file = Path.of(directory, name);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    assertThat(System.getenv("CI"))
        .as("in CI nothing may be missing: " + name)
        .isNotEqualTo("true");
    return Assumptions.abort(name + " is not installed");
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Returns the processes of this machine whose command line holds a text. */
  private static List<Long> processes(String text) throws IOException {
    List<Long> found = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : stream) {
        try {
          if (Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .replace('\0', ' ')
              .contains(text)) {
            found.add(Long.parseLong(process.getFileName().toString()));
          }
        } catch (IOException e) {
          // It has ended.
        }
      }
    }
    return found;
  }
}
