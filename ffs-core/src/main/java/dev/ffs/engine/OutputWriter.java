package dev.ffs.engine;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.Compression;
import dev.ffs.archive.ReproducibleTar;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.store.BuildRecord;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.Manifest;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Packs what is shipped, unless the very file is there already. */
final class OutputWriter {

  private final LayerStore store;
  private final BuildRecord record;
  private final Path directory;
  private final BuildPlan plan;

  /**
   * What was packed.
   *
   * @param written false if it was there already
   */
  record Packed(BuildResult.OutputFile file, boolean written) {}

  OutputWriter(LayerStore store, BuildRecord record, Path directory, BuildPlan plan) {
    this.store = store;
    this.record = record;
    this.directory = directory;
    this.plan = plan;
  }

  /**
   * Finds out before hours of building whether the result can be written.
   *
   * @throws StoreException if not
   */
  void probe() {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".ffs", null));
    } catch (IOException e) {
      throw new StoreException("cannot write the output to " + directory, e);
    }
  }

  /**
   * Packs.
   *
   * @throws DamagedLayerException if a layer is not what was kept
   */
  Packed write(List<Layer> layers) {
    Path file = directory.resolve(plan.name() + Compression.XZ.suffix());
    String key = key(layers);
    try {
      Optional<BuildResult.OutputFile> there = unchanged(file, key);
      if (there.isPresent()) {
        return new Packed(there.get(), false);
      }
      // A name of its own, for another build may write the same output.
      Path part = Files.createTempFile(directory, "." + plan.name(), ".part");
      String digest;
      try {
        digest = pack(entries(layers), part);
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      store.remember(key, digest);
      return new Packed(new BuildResult.OutputFile(file, Files.size(file), digest), true);
    } catch (IOException e) {
      throw new StoreException("cannot write " + file, e);
    }
  }

  /** Everything that the file depends on. */
  private String key(List<Layer> layers) {
    List<String> parts = new ArrayList<>();
    parts.add("tar.xz 1");
    layers.forEach(layer -> parts.add(layer.digest()));
    plan.output().exclude().forEach(path -> parts.add("exclude " + path));
    plan.output().directories().forEach(d -> parts.add("directory " + d.path() + " " + d.mode()));
    plan.output()
        .owners()
        .forEach(
            o ->
                parts.add("owner " + o.path() + " " + o.user() + " " + o.group() + " " + o.mode()));
    return StepKey.sha256(String.join("\n", parts));
  }

  private Optional<BuildResult.OutputFile> unchanged(Path file, String key) throws IOException {
    Optional<String> expected = store.recall(key);
    if (expected.isEmpty() || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    MessageDigest sha256 = sha256();
    try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      Files.copy(file, sink);
    }
    String digest = HexFormat.of().formatHex(sha256.digest());
    return digest.equals(expected.get())
        ? Optional.of(new BuildResult.OutputFile(file, Files.size(file), digest))
        : Optional.empty();
  }

  private List<ArchiveEntry> entries(List<Layer> layers) throws IOException {
    for (Layer layer : layers) {
      Optional<String> damage = record.damage(layer);
      if (damage.isPresent()) {
        throw new DamagedLayerException(layer, damage.get());
      }
    }
    List<ArchiveEntry> entries = new ArrayList<>();
    OutputTree.of(layers, record::manifest, plan.output())
        .nodes()
        .forEach(
            (path, node) ->
                entries.add(
                    new ArchiveEntry(
                        path,
                        body(node),
                        node.kind() == Manifest.Kind.SYMBOLIC_LINK ? 0777 : node.mode(),
                        node.uid(),
                        node.gid(),
                        ScriptGenerator.EPOCH)));
    return entries;
  }

  private static ArchiveEntry.Body body(OutputTree.Node node) {
    return switch (node.kind()) {
      case FILE ->
          new ArchiveEntry.RegularFile(node.size(), () -> new CheckedStream(node), node.identity());
      case DIRECTORY -> new ArchiveEntry.Directory();
      case SYMBOLIC_LINK -> new ArchiveEntry.SymbolicLink(node.value());
      case FIFO -> new ArchiveEntry.Fifo();
      case HARD_LINK, OPAQUE_DIRECTORY, WHITEOUT ->
          throw new IllegalStateException("no file of an output: " + node);
    };
  }

  private static String pack(List<ArchiveEntry> entries, Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), sha256)) {
      ReproducibleTar.write(entries, ScriptGenerator.EPOCH, Compression.XZ, out);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A file of a layer. When its end is reached, it must have been what was kept. */
  private static final class CheckedStream extends DigestInputStream {

    private final OutputTree.Node node;
    private boolean ended;

    CheckedStream(OutputTree.Node node) throws IOException {
      super(Files.newInputStream(node.file()), sha256());
      this.node = node;
    }

    @Override
    public int read() throws IOException {
      return checked(super.read());
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      return checked(super.read(bytes, from, count));
    }

    private int checked(int result) {
      if (result >= 0 || ended) {
        return result;
      }
      ended = true;
      if (!HexFormat.of().formatHex(digest.digest()).equals(node.value())) {
        Layer layer = Objects.requireNonNull(node.layer(), "layer of a file");
        throw new DamagedLayerException(
            layer,
            "layer " + layer.digest() + " is damaged: " + node.file() + " has another content");
      }
      return result;
    }
  }
}
