package dev.ffs.archive;

import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * Writes unified images of LXD: one archive of {@code metadata.yaml} and {@code rootfs}, the same
 * bit for bit whenever its parts are.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdImage {

  private static final String ROOT = "rootfs";

  private LxdImage() {}

  /**
   * Writes an image.
   *
   * @param entries the root file system, as for {@link ReproducibleTar}
   * @param time time of each file and of the image, in seconds since the epoch
   * @param architecture the processor, by the kernel's name for it, such as {@code aarch64}
   * @param properties what is said of the image, such as {@code description}
   * @param compression how it is compressed
   * @param out where it goes; not closed
   * @throws IllegalArgumentException if the entries do not make an archive
   * @throws IOException if writing fails, or reading a file
   */
  public static void write(
      Collection<ArchiveEntry> entries,
      long time,
      String architecture,
      Map<String, String> properties,
      Compression compression,
      OutputStream out)
      throws IOException {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("architecture", architecture);
    metadata.put("creation_date", time);
    metadata.put("properties", new TreeMap<>(properties));
    // JSON is YAML.
    byte[] yaml = (Json.write(metadata) + "\n").getBytes(StandardCharsets.UTF_8);
    List<ArchiveEntry> all = new ArrayList<>();
    all.add(
        new ArchiveEntry(
            "metadata.yaml",
            new RegularFile(yaml.length, () -> new ByteArrayInputStream(yaml), null),
            0644,
            0,
            0,
            time));
    all.add(new ArchiveEntry(ROOT, new Directory(), 0755, 0, 0, time));
    entries.forEach(entry -> all.add(below(entry)));
    ReproducibleTar.write(all, time, compression, out);
  }

  private static ArchiveEntry below(ArchiveEntry entry) {
    ArchiveEntry.Body body =
        entry.body() instanceof HardLink link
            ? new HardLink(ROOT + "/" + link.target())
            : entry.body();
    return new ArchiveEntry(
        ROOT + "/" + entry.path(), body, entry.mode(), entry.uid(), entry.gid(), entry.mtime());
  }
}
