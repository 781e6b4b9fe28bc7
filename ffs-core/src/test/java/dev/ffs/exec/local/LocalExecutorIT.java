package dev.ffs.exec.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.ExecutorException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ExecutorContract, which ffs-dsl runs on it, cannot ask of every executor. */
class LocalExecutorIT {

  private final LocalExecutor local = new LocalExecutor();

  @TempDir private Path here;

  @Test
  void aFileIsNotCopiedOntoItself() throws IOException {
    Path file = Files.writeString(here.resolve("file"), "text");
    Path link = Files.createSymbolicLink(here.resolve("link"), Path.of("file"));

    local.push(file, file.toString());
    local.pull(link.toString(), file);

    assertThat(file).hasContent("text").isRegularFile();
  }

  @Test
  void aNameThatIsNotTextCannotBeCopiedByItself() throws IOException {
    Path odd = Path.of(URI.create(here.toUri() + "odd%FF"));
    Files.writeString(odd, "text");

    assertThatThrownBy(() -> local.push(odd, here.resolve("x").toString()))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("the name is not UTF-8: ");
  }

  @Test
  void aFailedCopySaysWhy() throws IOException {
    Files.createDirectory(here.resolve("directory"));
    Path file = Files.writeString(here.resolve("file"), "text");

    assertThatThrownBy(() -> local.push(file, here.resolve("directory").toString()))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("cannot copy " + here + "/file to " + here + "/directory: ")
        .hasMessageEndingWith(
            "cp: cannot overwrite directory '" + here + "/directory' with non-directory");
    assertThatThrownBy(() -> local.push(here.resolve("directory"), file + "/below"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("cannot copy")
        .hasCauseInstanceOf(IOException.class);
  }
}
