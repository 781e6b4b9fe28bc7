package dev.ffs.archive;

import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Writes tar archives that are the same, bit for bit, whenever their entries are.
 *
 * <p>Entries are sorted by the bytes of their paths. Owners are numbers only, all times are one. Of
 * the names of one file the first has the content and the others are links to it. Long names are
 * written the way GNU tar does: that keeps their bytes, where pax headers demand UTF-8. There are
 * no pax headers and no extended attributes.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class ReproducibleTar {

  private final List<ArchiveEntry> sorted;
  private final Map<String, ArchiveEntry> byPath = new HashMap<>();

  // Of each file with several names: the first of them, which gets the content.
  private final Map<String, ArchiveEntry> firstNames = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final long mtime;

  private ReproducibleTar(Collection<ArchiveEntry> entries, long mtime) {
    this.mtime = mtime;
    sorted = TreeEntries.sorted(entries);
    check();
  }

  /**
   * Writes an archive.
   *
   * @param entries what it holds, in any order; the directory of each must be among them
   * @param mtime time of each entry, in seconds since the epoch
   * @param compression how it is compressed
   * @param out where it goes; not closed
   * @throws IllegalArgumentException if the entries do not make an archive, with all that is wrong
   * @throws IOException if writing fails, or reading the content of a file, or if that has not the
   *     size it should have
   */
  public static void write(
      Collection<ArchiveEntry> entries, long mtime, Compression compression, OutputStream out)
      throws IOException {
    ReproducibleTar tar = new ReproducibleTar(entries, mtime);
    OutputStream kept = new KeptOpen(new BufferedOutputStream(out, 1 << 16));
    try (OutputStream compressed = compression.to(kept)) {
      tar.writeTo(compressed);
    }
  }

  private void check() {
    for (ArchiveEntry entry : sorted) {
      if (byPath.put(entry.path(), entry) != null) {
        problems.add(entry.path() + ": is there twice");
      }
    }
    for (ArchiveEntry entry : sorted) {
      int slash = entry.path().lastIndexOf('/');
      if (slash >= 0) {
        String parent = entry.path().substring(0, slash);
        ArchiveEntry found = byPath.get(parent);
        if (found == null || !(found.body() instanceof Directory)) {
          problems.add(entry.path() + ": " + parent + " is no directory of the archive");
        }
      }
      ArchiveEntry file = fileOf(entry);
      if (entry.body() instanceof HardLink link && file == null) {
        problems.add(entry.path() + ": links to " + link.target() + ", no file of the archive");
      }
      if (file != null) {
        ArchiveEntry first = firstNames.putIfAbsent(identity(file), entry);
        if (first != null
            && (first.mode() != entry.mode()
                || first.uid() != entry.uid()
                || first.gid() != entry.gid())) {
          problems.add(
              entry.path() + ": is one file with " + first.path() + ", but not in mode and owner");
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "these entries make no archive:\n  " + String.join("\n  ", problems));
    }
  }

  /** Returns the entry that holds the content of a name, or null if it is the name of no file. */
  private @Nullable ArchiveEntry fileOf(ArchiveEntry entry) {
    ArchiveEntry file = entry.body() instanceof HardLink link ? byPath.get(link.target()) : entry;
    return file != null && file.body() instanceof RegularFile ? file : null;
  }

  private static String identity(ArchiveEntry file) {
    return file.body() instanceof RegularFile regular && regular.identity() != null
        ? "identity " + regular.identity()
        : "path " + file.path();
  }

  private void writeTo(OutputStream out) throws IOException {
    // Names are given as Latin-1, one character for each byte, so that the bytes come out.
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(out, StandardCharsets.ISO_8859_1.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_TRUNCATE);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    for (ArchiveEntry entry : sorted) {
      write(entry, tar);
    }
    tar.finish();
    tar.flush();
  }

  private void write(ArchiveEntry entry, TarArchiveOutputStream tar) throws IOException {
    String name = Names.latin1(entry.path());
    ArchiveEntry file = fileOf(entry);
    if (file != null) {
      ArchiveEntry first = firstNames.get(identity(file));
      if (first != null && !first.path().equals(entry.path())) {
        TarArchiveEntry header = header(entry, name, TarConstants.LF_LINK);
        header.setLinkName(Names.latin1(first.path()));
        writeHeader(header, tar);
      } else if (file.body() instanceof RegularFile regular) {
        TarArchiveEntry header = header(entry, name, TarConstants.LF_NORMAL);
        header.setSize(regular.size());
        writeHeader(header, tar);
        copy(file.path(), regular, tar);
      }
    } else if (entry.body() instanceof Directory) {
      writeHeader(header(entry, name + "/", TarConstants.LF_DIR), tar);
    } else if (entry.body() instanceof SymbolicLink link) {
      TarArchiveEntry header = header(entry, name, TarConstants.LF_SYMLINK);
      header.setLinkName(Names.latin1(link.target()));
      writeHeader(header, tar);
    } else if (entry.body() instanceof Device device) {
      TarArchiveEntry header =
          header(entry, name, device.block() ? TarConstants.LF_BLK : TarConstants.LF_CHR);
      header.setDevMajor(device.major());
      header.setDevMinor(device.minor());
      writeHeader(header, tar);
    } else if (entry.body() instanceof Fifo) {
      writeHeader(header(entry, name, TarConstants.LF_FIFO), tar);
    }
    tar.closeArchiveEntry();
  }

  private TarArchiveEntry header(ArchiveEntry entry, String name, byte type) {
    TarArchiveEntry header = bareHeader(name, type);
    header.setMode(entry.mode());
    header.setUserId(entry.uid());
    header.setGroupId(entry.gid());
    return header;
  }

  private TarArchiveEntry bareHeader(String name, byte type) {
    TarArchiveEntry header = new TarArchiveEntry(name, type);
    // The library puts the name of who runs it here; in the headers of long names that it makes
    // itself it cannot be helped, so those are made below.
    header.setUserName("");
    header.setMode(0);
    header.setModTime(mtime * 1000);
    return header;
  }

  private void writeHeader(TarArchiveEntry header, TarArchiveOutputStream tar) throws IOException {
    writeIfLong(header.getLinkName(), TarConstants.LF_GNUTYPE_LONGLINK, tar);
    writeIfLong(header.getName(), TarConstants.LF_GNUTYPE_LONGNAME, tar);
    tar.putArchiveEntry(header);
  }

  private void writeIfLong(String name, byte type, TarArchiveOutputStream tar) throws IOException {
    if (name.length() >= TarConstants.NAMELEN) {
      byte[] bytes = (name + "\0").getBytes(StandardCharsets.ISO_8859_1);
      TarArchiveEntry header = bareHeader(TarConstants.GNU_LONGLINK, type);
      header.setSize(bytes.length);
      tar.putArchiveEntry(header);
      tar.write(bytes);
      tar.closeArchiveEntry();
    }
  }

  private static void copy(String path, RegularFile file, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long copied = 0;
    try (InputStream in = file.content().open()) {
      int count = in.read(buffer);
      while (count >= 0 && copied + count <= file.size()) {
        out.write(buffer, 0, count);
        copied += count;
        count = in.read(buffer);
      }
      if (count >= 0 || copied < file.size()) {
        throw new IOException(
            path
                + ": has "
                + (count >= 0 ? "more" : copied)
                + " bytes instead of "
                + file.size()
                + "; was it changed meanwhile?");
      }
    }
  }

  /** Lets a compressor be closed, which frees its memory, without what it writes to. */
  private static final class KeptOpen extends FilterOutputStream {

    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
