package dev.ffs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartFileTest {

  @TempDir Path directory;

  @Test
  void knowsWhatAnEarlierProcessLeft() throws Exception {
    byte[] content = Samples.bytes(1, 200_000);
    Path path = Files.write(directory.resolve(".part"), content);

    try (PartFile part = PartFile.open(path)) {
      assertThat(part.size()).isEqualTo(200_000);
      assertThat(part.sha256()).isEqualTo(Samples.sha256(content));
      part.restart();
      part.write(new byte[] {'a', 'b', 'c'}, 2);
      assertThat(part.sha256()).isEqualTo(Samples.sha256(new byte[] {'a', 'b'}));
    }
    assertThat(path).hasContent("ab");
  }

  @Test
  void leavesNoFileWithoutBytes() throws Exception {
    Path path = directory.resolve(".part");
    try (PartFile part = PartFile.open(path)) {
      part.sync();
      part.restart();
      assertThat(path).doesNotExist();
      part.write(new byte[] {1}, 1);
      assertThat(path).exists();
      part.restart();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void namesTheFileThatIsTrouble() throws Exception {
    Path path = Files.createDirectory(directory.resolve(".part"));

    assertThatThrownBy(() -> PartFile.open(path))
        .hasMessage("cannot read " + path + ": Is a directory");
  }

  @Test
  void namesTheFileThatCannotBeMade() throws Exception {
    Path path = directory.resolve("absent/.part");
    try (PartFile part = PartFile.open(path)) {
      assertThatThrownBy(() -> part.write(new byte[1], 1))
          .hasMessage("cannot write " + path + ": No such file or directory");
    }
  }
}
