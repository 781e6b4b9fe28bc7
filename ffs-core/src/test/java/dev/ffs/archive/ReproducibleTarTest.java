package dev.ffs.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.archive.ArchiveEntry.Body;
import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.SingleXZInputStream;

class ReproducibleTarTest {

  private static final long EPOCH = 1_700_000_000;

  @Test
  void allKindsAreWritten() throws IOException {
    List<TarArchiveEntry> written =
        read(
            entry("d", new Directory(), 01777, 3, 4),
            entry("d/file", file("text"), 04755, 5, 6),
            entry("d/link", new SymbolicLink("file"), 0777, 0, 0),
            entry("d/null", new Device(false, 1, 3), 0666, 0, 0),
            entry("d/sda", new Device(true, 8, 260), 0660, 0, 6),
            entry("d/pipe", new Fifo(), 0600, 0, 0));

    assertThat(written)
        .extracting(ReproducibleTarTest::describe)
        .containsExactly(
            "d/ 5 1777 3:4 0 ''",
            "d/file 0 4755 5:6 4 ''",
            "d/link 2 777 0:0 0 'file'",
            "d/null 3 666 0:0 0 '' dev 1:3",
            "d/pipe 6 600 0:0 0 ''",
            "d/sda 4 660 0:6 0 '' dev 8:260");
  }

  private static String describe(TarArchiveEntry e) {
    boolean device = e.isBlockDevice() || e.isCharacterDevice();
    return "%s %c %o %d:%d %d '%s'%s"
        .formatted(
            e.getName(),
            (char) e.getLinkFlag(),
            e.getMode(),
            e.getLongUserId(),
            e.getLongGroupId(),
            e.getSize(),
            e.getLinkName(),
            device ? " dev " + e.getDevMajor() + ":" + e.getDevMinor() : "");
  }

  @Test
  void timesAreGivenAndNamesOfOwnersAreNot() throws IOException {
    byte[] tar = tar(entry("x".repeat(200), file("text"), 0644, 1000, 1000));

    assertThat(new String(tar, UTF_8)).doesNotContain(System.getProperty("user.name"));
    for (TarArchiveEntry entry : read(tar)) {
      assertThat(entry.getLastModifiedTime().toMillis()).isEqualTo(EPOCH * 1000);
      assertThat(entry.getUserName()).isEmpty();
      assertThat(entry.getGroupName()).isEmpty();
      assertThat(entry.getExtraPaxHeaders()).isEmpty();
    }
  }

  @Test
  void entriesAreSortedByBytesAndParentsComeFirst() throws IOException {
    List<ArchiveEntry> entries = new ArrayList<>();
    for (String name : List.of("b", "a", "a-b", "a0")) {
      entries.add(entry(name, new Directory()));
    }
    // U+FFFF sorts before U+10000 by bytes, after it by Java's characters.
    entries.add(entry("a/\uffff", file("")));
    entries.add(entry("a/\ud800\udc00", file("")));
    entries.add(entry("a/\udcff", file("")));
    Random random = new Random(3);
    byte[] expected = tar(entries.toArray(ArchiveEntry[]::new));

    for (int i = 0; i < 10; i++) {
      Collections.shuffle(entries, random);
      assertThat(tar(entries.toArray(ArchiveEntry[]::new))).isEqualTo(expected);
    }
    assertThat(read(expected))
        .extracting(TarArchiveEntry::getName)
        .startsWith("a/", "a-b/", "a/\uffff", "a/\ud800\udc00")
        .endsWith("a0/", "b/")
        .hasSize(7);
  }

  @Test
  void longNamesAreWhole() throws IOException {
    for (int length : List.of(99, 100, 101, 155, 156, 255, 256, 5000)) {
      String name = "ü" + "x".repeat(length - 2);
      List<TarArchiveEntry> written =
          read(
              entry(name, file("text")),
              entry("y".repeat(length), new SymbolicLink(name)),
              entry("z".repeat(length), new HardLink(name)),
              entry("d".repeat(length), new Directory()));

      assertThat(written)
          .extracting(e -> e.getName() + " " + e.getLinkName())
          .containsExactly(
              "d".repeat(length) + "/ ",
              "y".repeat(length) + " " + name,
              "z".repeat(length) + " ",
              name + " " + "z".repeat(length));
    }
  }

  @Test
  void theFirstNameOfAFileHasTheContent() throws IOException {
    Body one = new RegularFile(4, () -> stream("text"), "1:2");
    byte[] tar =
        tar(
            entry("c", one),
            entry("a", one),
            entry("b", one),
            entry("e", file("e")),
            entry("d", new HardLink("e")),
            entry("f", new HardLink("a")));

    assertThat(read(tar))
        .extracting(e -> e.getName() + (e.isLink() ? " -> " + e.getLinkName() : ""))
        .containsExactly("a", "b -> a", "c -> a", "d", "e -> d", "f -> a");
    assertThat(contents(tar)).containsExactly("text", "", "", "e", "", "");
  }

  @Test
  void everythingThatIsWrongIsSaid() {
    Body one = new RegularFile(0, InputStream::nullInputStream, "1:2");

    assertThatThrownBy(
            () ->
                tar(
                    entry("twice", file("")),
                    entry("twice", file("")),
                    entry("no/parent", file("")),
                    entry("twice/below", file("")),
                    entry("link", new HardLink("missing")),
                    entry("link2", new HardLink("link")),
                    entry("one", one),
                    entry("two", one).withMode(0600),
                    entry("three", one).withOwner(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            these entries make no archive:
              twice: is there twice
              link: links to missing, no file of the archive
              link2: links to link, no file of the archive
              no/parent: no is no directory of the archive
              three: is one file with one, but not in mode and owner
              twice/below: twice is no directory of the archive
              two: is one file with one, but not in mode and owner""");
  }

  @Test
  void aFileThatChangesMeanwhileIsAnError() {
    assertThatThrownBy(() -> tar(entry("f", new RegularFile(3, () -> stream("text"), null))))
        .isInstanceOf(IOException.class)
        .hasMessage("f: has more bytes instead of 3; was it changed meanwhile?");
    assertThatThrownBy(() -> tar(entry("f", new RegularFile(5, () -> stream("text"), null))))
        .isInstanceOf(IOException.class)
        .hasMessage("f: has 4 bytes instead of 5; was it changed meanwhile?");
  }

  @Test
  void bigNumbersAreWritten() {
    class Enough extends RuntimeException {}
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    OutputStream first =
        new OutputStream() {
          @Override
          public void write(int b) {
            if (start.size() == 1024) {
              throw new Enough();
            }
            start.write(b);
          }
        };
    long size = 20L << 30;
    InputStream zeros =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }
        };

    assertThatThrownBy(
            () ->
                ReproducibleTar.write(
                    List.of(
                        entry("big", new RegularFile(size, () -> zeros, null), 0644, 3_000_000, 3)),
                    EPOCH,
                    Compression.NONE,
                    first))
        .isInstanceOf(Enough.class);
    assertThat(start.size()).isEqualTo(1024);
    TarArchiveEntry header = headers(start.toByteArray());
    assertThat(header.getSize()).isEqualTo(size);
    assertThat(header.getLongUserId()).isEqualTo(3_000_000);
  }

  private static TarArchiveEntry headers(byte[] tar) {
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      return in.getNextEntry();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theBitsAreTheseForEver() throws Exception {
    ArchiveEntry[] entries = {
      entry("d", new Directory(), 0755, 0, 0),
      entry("d/" + "long".repeat(40), file("text"), 0644, 0, 0),
      entry("d/ü", new SymbolicLink("x"), 0777, 0, 0)
    };

    assertThat(sha256(tar(Compression.NONE, entries)))
        .isEqualTo("0a7600c44082c2c9f4803df9cd86cbc750ac75db1f67dbb97277103360d644d6");
    assertThat(sha256(tar(Compression.XZ, entries)))
        .isEqualTo("3584fa519a84e3eb0bd2d48db716b08c5ce33858ad00013f68136e172d237161");
  }

  @Test
  void compressionsHoldTheSameTar() throws IOException {
    ArchiveEntry entry = entry("f", file("text".repeat(1000)));
    byte[] plain = tar(Compression.NONE, entry);
    byte[] gzip = tar(Compression.GZIP, entry);

    assertThat(new SingleXZInputStream(new ByteArrayInputStream(tar(Compression.XZ, entry))))
        .hasBinaryContent(plain);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip))).hasBinaryContent(plain);
    assertThat(gzip).as("no name, no time").startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
  }

  @Test
  void theStreamStaysOpen() throws IOException {
    for (Compression compression : Compression.values()) {
      ByteArrayOutputStream out =
          new ByteArrayOutputStream() {
            @Override
            public void close() {
              throw new AssertionError("closed");
            }
          };

      ReproducibleTar.write(List.of(), EPOCH, compression, out);

      assertThat(out.size()).isPositive();
    }
  }

  @Test
  void suffixesAreTheUsualOnes() {
    assertThat(Compression.values())
        .extracting(Compression::suffix)
        .containsExactly(".tar", ".tar.gz", ".tar.xz");
  }

  private static ArchiveEntry entry(String path, Body body) {
    return entry(path, body, 0755, 0, 0);
  }

  private static ArchiveEntry entry(String path, Body body, int mode, long uid, long gid) {
    return new ArchiveEntry(path, body, mode, uid, gid, 42);
  }

  private static RegularFile file(String content) {
    return new RegularFile(content.length(), () -> stream(content), null);
  }

  private static InputStream stream(String content) {
    return new ByteArrayInputStream(content.getBytes(UTF_8));
  }

  private static byte[] tar(ArchiveEntry... entries) throws IOException {
    return tar(Compression.NONE, entries);
  }

  private static byte[] tar(Compression compression, ArchiveEntry... entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReproducibleTar.write(List.of(entries), EPOCH, compression, out);
    return out.toByteArray();
  }

  private static List<TarArchiveEntry> read(ArchiveEntry... entries) throws IOException {
    return read(tar(entries));
  }

  private static List<TarArchiveEntry> read(byte[] tar) throws IOException {
    List<TarArchiveEntry> found = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(tar), "UTF-8")) {
      for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        found.add(e);
      }
    }
    return found;
  }

  private static List<String> contents(byte[] tar) throws IOException {
    List<String> found = new ArrayList<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      while (in.getNextEntry() != null) {
        found.add(new String(in.readAllBytes(), UTF_8));
      }
    }
    return found;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
