package dev.ffs.archive;

import dev.ffs.archive.ArchiveEntry.Body;
import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apiguardian.api.API;

/** Makes entries of a directory tree. */
@API(status = API.Status.STABLE, since = "0.1")
public final class TreeEntries {

  private static final String ATTRIBUTES =
      "unix:mode,uid,gid,size,nlink,dev,ino,rdev,lastModifiedTime";

  private TreeEntries() {}

  /**
   * An entry, and where on disk it is.
   *
   * @param file its path, good for opening it whatever bytes its name has
   * @param entry what an archive would hold
   */
  @API(status = API.Status.STABLE, since = "0.1")
  public record Found(Path file, ArchiveEntry entry) {

    /** Checks that both are there. */
    public Found {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(entry, "entry");
    }
  }

  /**
   * Walks a tree without following links. Names may be any bytes, in each locale. Files are opened
   * only when their content is.
   *
   * @param directory the root, or a link to it, which does not become an entry itself
   * @return an entry for all that is below it, sorted by the bytes of the paths
   * @throws IOException if something cannot be read, or is a socket, which no archive can hold
   */
  public static List<ArchiveEntry> of(Path directory) throws IOException {
    return walk(directory).stream().map(Found::entry).toList();
  }

  /**
   * Walks a tree like {@link #of}, and says of each entry where it is.
   *
   * @param directory the root, or a link to it, which does not become an entry itself
   * @return all that is below it, sorted by the bytes of the paths
   * @throws IOException if something cannot be read, or is a socket, which no archive can hold
   */
  public static List<Found> walk(Path directory) throws IOException {
    Path root = directory.toRealPath();
    List<Found> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          private String parent = "";

          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (!path.equals(root)) {
              parent = add(path) + "/";
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (path.equals(root)) {
              throw new NotDirectoryException(directory.toString());
            }
            String unused = add(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, IOException failure)
              throws IOException {
            parent = parent.substring(0, parent.lastIndexOf('/', parent.length() - 2) + 1);
            return super.postVisitDirectory(path, failure);
          }

          private String add(Path path) throws IOException {
            String name = parent + Names.of(Objects.requireNonNull(path.getFileName()));
            found.add(new Found(path, entry(name, path)));
            return name;
          }
        });
    return sorted(found, Found::entry);
  }

  static List<ArchiveEntry> sorted(Collection<ArchiveEntry> entries) {
    return sorted(entries, Function.identity());
  }

  private static <T> List<T> sorted(Collection<T> all, Function<T, ArchiveEntry> entryOf) {
    record Keyed<T>(String key, T value) {}
    return all.stream()
        .map(value -> new Keyed<>(Names.latin1(entryOf.apply(value).path()), value))
        .sorted(Comparator.comparing(Keyed::key))
        .map(Keyed::value)
        .toList();
  }

  private static ArchiveEntry entry(String name, Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    int mode = number(attributes, "mode").intValue();
    return new ArchiveEntry(
        name,
        body(path, mode, attributes),
        mode & 07777,
        number(attributes, "uid").longValue(),
        number(attributes, "gid").longValue(),
        ((FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime")))
            .to(TimeUnit.SECONDS));
  }

  private static Body body(Path path, int mode, Map<String, Object> attributes) throws IOException {
    long rdev = number(attributes, "rdev").longValue();
    // The numbers of stat(2) and makedev(3).
    return switch (mode & 0170000) {
      case 0100000 ->
          new RegularFile(
              number(attributes, "size").longValue(),
              () -> Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS),
              number(attributes, "nlink").intValue() > 1
                  ? attributes.get("dev") + ":" + attributes.get("ino")
                  : null);
      case 0040000 -> new Directory();
      case 0120000 -> new SymbolicLink(Names.of(Files.readSymbolicLink(path)));
      case 0020000 -> new Device(false, major(rdev), minor(rdev));
      case 0060000 -> new Device(true, major(rdev), minor(rdev));
      case 0010000 -> new Fifo();
      default -> throw new IOException(path + ": a socket cannot be archived; remove it");
    };
  }

  private static int major(long rdev) {
    return (int) (((rdev >> 8) & 0xfff) | ((rdev >> 32) & ~0xfffL));
  }

  private static int minor(long rdev) {
    return (int) ((rdev & 0xff) | ((rdev >> 12) & ~0xffL));
  }

  private static Number number(Map<String, Object> attributes, String name) {
    return (Number) Objects.requireNonNull(attributes.get(name));
  }
}
