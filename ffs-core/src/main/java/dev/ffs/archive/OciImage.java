package dev.ffs.archive;

import dev.ffs.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * Writes images of the Open Container Initiative (image format specification 1.0): an image layout
 * of one layer, as a tar file, the same bit for bit whenever its parts are.
 *
 * <p>The layer is not compressed: gzip gives other bits with another zlib, and so the layer is, bit
 * for bit, what {@link ReproducibleTar} writes of the same entries. Whoever pushes the image to a
 * registry compresses it on the way.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class OciImage {

  /** What refers to the image in its layout. */
  public static final String TAG = "latest";

  private static final String TYPE = "application/vnd.oci.image.";

  private OciImage() {}

  /**
   * What an image says of itself.
   *
   * @param architecture the processor, by its name in the Go language, such as {@code arm64}
   * @param environment environment variables of a container
   * @param command what a container runs unless it is told something else; may be empty
   * @param labels anything else
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record Config(
      String architecture,
      Map<String, String> environment,
      List<String> command,
      Map<String, String> labels) {

    /** Copies the collections. */
    public Config {
      environment = Map.copyOf(environment);
      command = List.copyOf(command);
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Writes an image.
   *
   * @param entries the root file system, as for {@link ReproducibleTar}
   * @param time time of each file and of the image, in seconds since the epoch
   * @param config what the image says of itself
   * @param scratch a file to be made and removed again, which takes as much room as the image
   * @param out where it goes; not closed
   * @throws IllegalArgumentException if the entries do not make an archive
   * @throws IOException if writing fails, or reading a file
   */
  public static void write(
      Collection<ArchiveEntry> entries, long time, Config config, Path scratch, OutputStream out)
      throws IOException {
    try {
      Blob layer;
      try (Sha256 sha256 = new Sha256(Files.newOutputStream(scratch))) {
        ReproducibleTar.write(entries, time, Compression.NONE, sha256);
        layer = new Blob(sha256.hex(), sha256.bytes(), () -> Files.newInputStream(scratch));
      }
      ReproducibleTar.write(layout(layer, time, config), time, Compression.NONE, out);
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  /** Content that is named by its digest. */
  private record Blob(String digest, long size, ArchiveEntry.Content content) {

    static Blob of(Object json) throws IOException {
      byte[] bytes = Json.line(json).getBytes(StandardCharsets.UTF_8);
      return new Blob(Sha256.of(bytes), bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    Map<String, Object> descriptor(String type) {
      return map("mediaType", TYPE + type, "digest", "sha256:" + digest, "size", size);
    }

    ArchiveEntry entry(long time) {
      return file("blobs/sha256/" + digest, size, content, time);
    }
  }

  private static List<ArchiveEntry> layout(Blob layer, long time, Config config)
      throws IOException {
    Blob configBlob = Blob.of(configJson(layer, time, config));
    Blob manifest =
        Blob.of(
            map(
                "schemaVersion",
                2,
                "mediaType",
                TYPE + "manifest.v1+json",
                "config",
                configBlob.descriptor("config.v1+json"),
                "layers",
                List.of(layer.descriptor("layer.v1.tar"))));
    Map<String, Object> descriptor = manifest.descriptor("manifest.v1+json");
    descriptor.put("annotations", map("org.opencontainers.image.ref.name", TAG));
    descriptor.put("platform", map("architecture", config.architecture(), "os", "linux"));
    Blob index =
        Blob.of(
            map(
                "schemaVersion",
                2,
                "mediaType",
                TYPE + "index.v1+json",
                "manifests",
                List.of(descriptor)));
    Blob version = Blob.of(map("imageLayoutVersion", "1.0.0"));
    return List.of(
        directory("blobs", time),
        directory("blobs/sha256", time),
        layer.entry(time),
        configBlob.entry(time),
        manifest.entry(time),
        file("index.json", index.size(), index.content(), time),
        file("oci-layout", version.size(), version.content(), time));
  }

  private static Map<String, Object> configJson(Blob layer, long time, Config config) {
    List<String> environment = new ArrayList<>();
    new TreeMap<>(config.environment()).forEach((k, v) -> environment.add(k + "=" + v));
    Map<String, Object> run = map("Env", environment);
    if (!config.command().isEmpty()) {
      run.put("Cmd", config.command());
    }
    if (!config.labels().isEmpty()) {
      run.put("Labels", new TreeMap<>(config.labels()));
    }
    String created = Instant.ofEpochSecond(time).toString();
    return map(
        "created",
        created,
        "architecture",
        config.architecture(),
        "os",
        "linux",
        "config",
        run,
        "rootfs",
        map("type", "layers", "diff_ids", List.of("sha256:" + layer.digest())),
        "history",
        List.of(map("created", created, "created_by", "ffs")));
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private static ArchiveEntry directory(String path, long time) {
    return new ArchiveEntry(path, new ArchiveEntry.Directory(), 0755, 0, 0, time);
  }

  private static ArchiveEntry file(
      String path, long size, ArchiveEntry.Content content, long time) {
    return new ArchiveEntry(
        path, new ArchiveEntry.RegularFile(size, content, null), 0644, 0, 0, time);
  }
}
