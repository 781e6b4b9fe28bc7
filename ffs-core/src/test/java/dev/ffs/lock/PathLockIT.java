package dev.ffs.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock between processes. */
@Timeout(120)
class PathLockIT {

  private static final int TURNS = 2000;

  @TempDir Path directory;
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void endChildren() throws InterruptedException {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
  }

  private Process child(Object... args) throws IOException {
    Process child =
        new ProcessBuilder(Jvm.command(PathLockMain.class, args))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    children.add(child);
    return child;
  }

  @Test
  void neverDoTwoHaveALockWhoseFileIsDeletedByItsHoldersAndBySweepers() throws Exception {
    Path file = directory.resolve("lock");
    List<Process> holders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      holders.add(child("hold", file, TURNS));
    }
    Process sweeper = child("sweep", file);
    for (Process child : children) {
      assertThat(child.inputReader().readLine()).isEqualTo("begun");
    }
    for (Process holder : holders) {
      holder.getOutputStream().write('\n');
      holder.getOutputStream().flush();
    }

    for (Process holder : holders) {
      assertThat(holder.inputReader().readLine()).isEqualTo("held by two: 0");
      assertThat(holder.waitFor()).isZero();
    }
    sweeper.getOutputStream().write('\n');
    sweeper.getOutputStream().flush();
    assertThat(sweeper.waitFor()).isZero();
  }

  @Test
  void aLockWhoseFileHasBeenDeletedIsNotTaken() throws Exception {
    Path file = directory.resolve("lock");
    try (PathLock lock = PathLock.acquire(file, () -> {})) {
      assertThat(file).exists();
      lock.deleteFile();
    }
    assertThat(file).doesNotExist();

    try (PathLock lock = PathLock.acquire(file, () -> {})) {
      assertThat(lock).isNotNull();
      assertThat(file).exists();
      assertThat(PathLock.tryAcquire(file)).as("this thread has it").isEmpty();
    }
    Files.delete(file);
  }
}
