package dev.ffs.engine;

import dev.ffs.archive.TreeEntries;
import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.model.Output;
import dev.ffs.model.Text;
import dev.ffs.store.Layer;
import dev.ffs.store.Manifest;
import dev.ffs.store.Manifest.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files that an output holds: shipped layers over each other, then what the recipe declares.
 */
final class OutputTree {

  /**
   * One file of an output.
   *
   * @param kind what it is; never a whiteout
   * @param mode permission bits with set-uid, set-gid and sticky
   * @param uid owner
   * @param gid group
   * @param size bytes of a regular file
   * @param value target of a symbolic link, SHA-256 of a regular file
   * @param identity of a regular file: what its names have in common
   * @param file where its content is; of a directory, the root
   * @param layer what it is part of, of a directory the lowest one that has it; null if only the
   *     recipe declares it
   */
  record Node(
      Kind kind,
      int mode,
      int uid,
      int gid,
      long size,
      String value,
      String identity,
      Path file,
      @Nullable Layer layer) {

    Node with(int newMode, int newUid, int newGid, String newIdentity) {
      return new Node(kind, newMode, newUid, newGid, size, value, newIdentity, file, layer);
    }
  }

  private final NavigableMap<String, Node> nodes = new TreeMap<>();

  private OutputTree() {}

  /**
   * Lays layers over each other.
   *
   * @param layers the shipped layers, the lowest first; one may come twice
   * @param manifests what each holds
   * @throws IOException if the tree of a layer cannot be listed
   */
  static OutputTree of(List<Layer> layers, Function<Layer, Manifest> manifests, Output output)
      throws IOException {
    OutputTree tree = new OutputTree();
    for (Layer layer : layers) {
      tree.add(layer, manifests.apply(layer));
    }
    tree.declare(output);
    return tree;
  }

  /** Path, relative and without a leading slash, to what is there. */
  NavigableMap<String, Node> nodes() {
    return nodes;
  }

  private void add(Layer layer, Manifest manifest) throws IOException {
    // By way of the walk, for a path made of a name would lose bytes that are not UTF-8.
    Map<String, Path> onDisk = new HashMap<>();
    for (TreeEntries.Found found : TreeEntries.walk(layer.tree())) {
      onDisk.put(found.entry().path(), found.file());
    }
    Map<String, Manifest.Entry> files = new HashMap<>();
    for (Manifest.Entry entry : manifest.entries()) {
      String path = entry.path();
      Node before = nodes.get(path);
      boolean bothDirectories =
          before != null && before.kind() == Kind.DIRECTORY && entry.kind() == Kind.DIRECTORY;
      if (!bothDirectories) {
        remove(path);
      }
      if (entry.kind() == Kind.FILE) {
        files.put(path, entry);
      }
      Path file = onDisk.get(path);
      if (file == null) {
        throw new DamagedLayerException(
            layer, "layer " + layer.digest() + " is damaged: /" + path + " is gone");
      }
      switch (entry.kind()) {
        case WHITEOUT -> {}
        case HARD_LINK -> {
          Manifest.Entry first =
              Objects.requireNonNull(files.get(entry.value()), "first name of " + path);
          nodes.put(path, regular(first, layer, file));
        }
        case FILE -> nodes.put(path, regular(entry, layer, file));
        case DIRECTORY, OPAQUE_DIRECTORY -> {
          // Every step has /usr in its layer; it is the one's that made it.
          Layer maker = bothDirectories && before != null ? before.layer() : layer;
          nodes.put(path, directory(entry.mode(), maker));
        }
        default ->
            nodes.put(
                path,
                new Node(entry.kind(), entry.mode(), 0, 0, 0, entry.value(), "", file, layer));
      }
    }
  }

  private static Node regular(Manifest.Entry entry, Layer layer, Path file) {
    String identity = layer.digest() + ":" + entry.path();
    return new Node(
        Kind.FILE, entry.mode(), 0, 0, entry.size(), entry.value(), identity, file, layer);
  }

  private void remove(String path) {
    nodes.remove(path);
    // '0' is the character after '/'.
    nodes.subMap(path + "/", path + "0").clear();
  }

  private void declare(Output output) {
    output.exclude().forEach(path -> remove(relative(path)));
    List<Diagnostic> errors = new ArrayList<>();
    for (Output.DirectoryEntry entry : output.directories()) {
      declare(entry).ifPresent(what -> errors.add(Diagnostic.error(entry.path().origin(), what)));
    }
    for (Output.OwnerEntry entry : output.owners()) {
      declare(entry).ifPresent(what -> errors.add(Diagnostic.error(entry.path().origin(), what)));
    }
    if (!errors.isEmpty()) {
      throw new DiagnosticException(errors);
    }
  }

  /** Adds a directory and those above it, or returns what is wrong. */
  private Optional<String> declare(Output.DirectoryEntry entry) {
    String path = relative(entry.path());
    for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
      Node above = nodes.putIfAbsent(path.substring(0, i), directory(0755, null));
      if (above != null && above.kind() != Kind.DIRECTORY) {
        return Optional.of(noDirectory(path.substring(0, i), above));
      }
    }
    Node there = nodes.get(path);
    if (there != null && there.kind() != Kind.DIRECTORY) {
      return Optional.of(noDirectory(path, there));
    }
    nodes.put(
        path,
        directory(Integer.parseInt(entry.mode().value(), 8), there == null ? null : there.layer()));
    return Optional.empty();
  }

  private static String noDirectory(String path, Node there) {
    String kind = there.kind() == Kind.SYMBOLIC_LINK ? "symbolic link" : "file";
    return "a directory is declared here, but /" + path + " is a " + kind + " in the output";
  }

  /** Gives a path its owner, or returns what is wrong. */
  private Optional<String> declare(Output.OwnerEntry entry) {
    String path = relative(entry.path());
    Node there = nodes.get(path);
    if (there == null) {
      return Optional.of("the output has no " + entry.path() + ", whose owner is declared here");
    }
    if (there.kind() == Kind.SYMBOLIC_LINK && entry.mode() != null) {
      return Optional.of(
          "a mode is declared here, but "
              + entry.path()
              + " is a symbolic link, which has none; declare that of what it points to");
    }
    int mode = entry.mode() == null ? there.mode() : Integer.parseInt(entry.mode().value(), 8);
    // All names of a file have one owner and one mode, so this one becomes a file of its own.
    String identity = there.identity() + " as /" + path;
    nodes.put(path, there.with(mode, number(entry.user()), number(entry.group()), identity));
    return Optional.empty();
  }

  private static int number(@Nullable Text text) {
    return text == null ? 0 : Integer.parseInt(text.value());
  }

  private static Node directory(int mode, @Nullable Layer layer) {
    return new Node(Kind.DIRECTORY, mode, 0, 0, 0, "", "", Path.of("/"), layer);
  }

  private static String relative(Text path) {
    return path.value().replaceFirst("^/+", "").replaceFirst("/+$", "");
  }
}
