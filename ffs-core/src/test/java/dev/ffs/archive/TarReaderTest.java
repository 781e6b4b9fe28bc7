package dev.ffs.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {

  @TempDir Path directory;

  private static ArchiveEntry entry(String path, ArchiveEntry.Body body, int mode) {
    return new ArchiveEntry(path, body, mode, 3, 4, 5);
  }

  private static ArchiveEntry.RegularFile file(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new ArchiveEntry.RegularFile(bytes.length, () -> new ByteArrayInputStream(bytes), null);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenIsRead(Compression compression) throws IOException {
    List<ArchiveEntry> written =
        List.of(
            entry("d", new ArchiveEntry.Directory(), 01777),
            entry("d/a\udcff\u00fc" + "n".repeat(120), file("text"), 04755),
            entry("d/z", new ArchiveEntry.HardLink("d/a\udcff\u00fc" + "n".repeat(120)), 04755),
            entry("null", new ArchiveEntry.Device(false, 1, 3), 0666),
            entry("pipe", new ArchiveEntry.Fifo(), 0600),
            entry("sh", new ArchiveEntry.SymbolicLink("/\udcfe"), 0777));
    Path tar = directory.resolve("x" + compression.suffix());
    try (OutputStream out = Files.newOutputStream(tar)) {
      ReproducibleTar.write(written, 5, compression, out);
    }
    List<ArchiveEntry> read = new ArrayList<>();
    List<String> contents = new ArrayList<>();

    TarReader.read(
        tar,
        entry -> {
          read.add(entry);
          if (entry.body() instanceof ArchiveEntry.RegularFile file) {
            try (InputStream in = file.content().open()) {
              contents.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
          }
        });

    assertThat(contents).containsExactly("text");
    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFieldsMatchingRegexes(".*content")
        .isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/x", "../x", "a/../../x", "a//x"})
  void aPathThatLeadsOutOfTheArchiveIsRefused(String path) throws IOException {
    Path tar = directory.resolve("x.tar");
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      out.putArchiveEntry(new TarArchiveEntry(path, true));
      out.closeArchiveEntry();
    }

    assertThatThrownBy(() -> TarReader.read(tar, entry -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage(tar + ": not a path of an archive: '" + path + "'");
  }

  @Test
  void theRootItselfAndLeadingDotsAreNoNames() throws IOException {
    Path tar = directory.resolve("x.tar");
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      for (String path : List.of("./", "./a/", "./a/b")) {
        out.putArchiveEntry(new TarArchiveEntry(path, true));
        out.closeArchiveEntry();
      }
    }
    List<String> paths = new ArrayList<>();

    TarReader.read(tar, entry -> paths.add(entry.path()));

    assertThat(paths).containsExactly("a", "a/b");
  }
}
