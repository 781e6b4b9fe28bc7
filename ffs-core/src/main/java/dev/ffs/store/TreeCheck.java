package dev.ffs.store;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import dev.ffs.archive.TreeEntries;
import dev.ffs.archive.TreeEntries.Found;
import dev.ffs.store.Manifest.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Compares the files of a layer with its manifest. */
final class TreeCheck {

  private final Map<String, Found> onDisk = new HashMap<>();
  private final Map<String, String> firstNames = new HashMap<>();
  private final Optional<Instant> unchanged;

  private TreeCheck(Optional<Instant> unchanged) {
    this.unchanged = unchanged;
  }

  /**
   * Finds the first difference.
   *
   * @param unchanged the time of files whose content need not be read; empty if all are read
   * @return what differs, or empty if nothing does
   */
  static Optional<String> problem(Path tree, Manifest manifest, Optional<Instant> unchanged) {
    TreeCheck check = new TreeCheck(unchanged);
    try {
      List<Found> found = TreeEntries.walk(tree);
      found.forEach(f -> check.onDisk.put(f.entry().path(), f));
      for (Entry entry : manifest.entries()) {
        Optional<String> problem = check.problem(entry);
        if (problem.isPresent()) {
          return problem.map(what -> "/" + entry.path() + " " + what);
        }
        check.onDisk.remove(entry.path());
      }
      return found.stream()
          .map(f -> f.entry().path())
          .filter(check.onDisk::containsKey)
          .findFirst()
          .map(path -> "/" + path + " does not belong to it");
    } catch (IOException e) {
      return Optional.of("it cannot be read: " + e);
    }
  }

  private Optional<String> problem(Entry entry) throws IOException {
    Found found = onDisk.get(entry.path());
    if (found == null) {
      return Optional.of("is gone");
    }
    ArchiveEntry.Body body = found.entry().body();
    boolean kindIsRight =
        switch (entry.kind()) {
          case FILE, HARD_LINK -> body instanceof RegularFile;
          case DIRECTORY -> body instanceof Directory && !Trees.isOpaque(found.file());
          case OPAQUE_DIRECTORY -> body instanceof Directory && Trees.isOpaque(found.file());
          case SYMBOLIC_LINK -> body instanceof SymbolicLink;
          case FIFO -> body instanceof Fifo;
          case WHITEOUT -> body instanceof Device d && d.major() == 0 && d.minor() == 0;
        };
    if (!kindIsRight) {
      return Optional.of("is of another kind");
    }
    boolean hasMode =
        switch (entry.kind()) {
          case FILE, DIRECTORY, OPAQUE_DIRECTORY, FIFO -> true;
          case HARD_LINK, SYMBOLIC_LINK, WHITEOUT -> false;
        };
    int needed = Trees.neededMode(body instanceof Directory, body instanceof RegularFile);
    if (hasMode && found.entry().mode() != (entry.mode() | needed)) {
      return Optional.of("has other permissions");
    }
    if (body instanceof SymbolicLink link && !link.target().equals(entry.value())) {
      return Optional.of("leads elsewhere");
    }
    return body instanceof RegularFile file ? problem(entry, found, file) : Optional.empty();
  }

  private Optional<String> problem(Entry entry, Found found, RegularFile file) throws IOException {
    if (entry.kind() == Manifest.Kind.HARD_LINK) {
      return file.identity() != null
              && Objects.equals(firstNames.get(file.identity()), entry.value())
          ? Optional.empty()
          : Optional.of("is not the same file as /" + entry.value());
    }
    if (file.identity() != null) {
      firstNames.put(file.identity(), entry.path());
    }
    if (file.size() != entry.size()) {
      return Optional.of("has " + file.size() + " bytes instead of " + entry.size());
    }
    boolean read = unchanged.isEmpty() || found.entry().mtime() != unchanged.get().getEpochSecond();
    return read && !Trees.digestOf(file).equals(entry.value())
        ? Optional.of("has another content")
        : Optional.empty();
  }
}
