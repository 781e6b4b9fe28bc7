package dev.ffs.archive;

import dev.ffs.archive.ArchiveEntry.Body;
import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apiguardian.api.API;
import org.tukaani.xz.XZInputStream;

/** Reads tar archives, once and from the beginning to the end. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TarReader {

  private TarReader() {}

  /** Is given an entry. */
  @FunctionalInterface
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public interface Visitor {

    /**
     * Looks at an entry.
     *
     * @param entry the entry; its content can be opened once, and only during this call
     * @throws IOException if its content cannot be read
     */
    void visit(ArchiveEntry entry) throws IOException;
  }

  /**
   * Reads an archive.
   *
   * @param file a {@code .tar}, {@code .tar.gz} or {@code .tar.xz}, by its name
   * @param visitor is given each entry, in the order of the archive; the root directory itself is
   *     none
   * @throws IOException if it cannot be read, is damaged, or holds a path that leads out of it
   */
  public static void read(Path file, Visitor visitor) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            decompressed(file, new BufferedInputStream(Files.newInputStream(file), 1 << 16)),
            StandardCharsets.ISO_8859_1.name())) {
      for (TarArchiveEntry header = tar.getNextEntry();
          header != null;
          header = tar.getNextEntry()) {
        String path = path(header.getName());
        if (!path.isEmpty()) {
          visitor.visit(
              new ArchiveEntry(
                  path,
                  body(header, tar),
                  header.getMode() & 07777,
                  header.getLongUserId(),
                  header.getLongGroupId(),
                  header.getLastModifiedTime().to(TimeUnit.SECONDS)));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static InputStream decompressed(Path file, InputStream in) throws IOException {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(Compression.XZ.suffix())) {
      return new XZInputStream(in);
    }
    if (name.endsWith(Compression.GZIP.suffix())) {
      return new GZIPInputStream(in);
    }
    if (name.endsWith(Compression.NONE.suffix())) {
      return in;
    }
    throw new IOException(file + ": not called .tar, .tar.gz or .tar.xz");
  }

  private static Body body(TarArchiveEntry header, TarArchiveInputStream tar) throws IOException {
    if (header.isDirectory()) {
      return new Directory();
    }
    if (header.isSymbolicLink()) {
      return new SymbolicLink(text(header.getLinkName()));
    }
    if (header.isLink()) {
      return new HardLink(path(header.getLinkName()));
    }
    if (header.isCharacterDevice() || header.isBlockDevice()) {
      return new Device(header.isBlockDevice(), header.getDevMajor(), header.getDevMinor());
    }
    if (header.isFIFO()) {
      return new Fifo();
    }
    if (header.isFile()) {
      return new RegularFile(header.getRealSize(), () -> new Open(tar), null);
    }
    throw new IOException(header.getName() + ": an entry of an unknown kind");
  }

  private static String path(String name) {
    return text(name)
        .replaceFirst("^(\\./+)+", "")
        .replaceFirst("^\\.$", "")
        .replaceFirst("/$", "");
  }

  /** Names come as one character for each byte. */
  private static String text(String name) {
    return Names.decode(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The content of the entry that the archive stands at; closing it does not close the archive. */
  private static final class Open extends InputStream {

    private final TarArchiveInputStream tar;

    Open(TarArchiveInputStream tar) {
      this.tar = tar;
    }

    @Override
    public int read() throws IOException {
      return tar.read();
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      return tar.read(bytes, from, count);
    }
  }
}
