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
import org.apiguardian.api.API;

/** Makes entries of a directory tree. */
@API(status = API.Status.STABLE, since = "0.1")
public final class TreeEntries {

  private static final String ATTRIBUTES =
      "unix:mode,uid,gid,size,nlink,dev,ino,rdev,lastModifiedTime";

  private TreeEntries() {}

  /**
   * Walks a tree without following links. Names may be any bytes, in each locale. Files are opened
   * only when their content is.
   *
   * @param directory the root, or a link to it, which does not become an entry itself
   * @return an entry for all that is below it, sorted by the bytes of the paths
   * @throws IOException if something cannot be read, or is a socket, which no archive can hold
   */
  public static List<ArchiveEntry> of(Path directory) throws IOException {
    Path root = directory.toRealPath();
    List<ArchiveEntry> entries = new ArrayList<>();
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
            entries.add(entry(name, path));
            return name;
          }
        });
    return sorted(entries);
  }

  static List<ArchiveEntry> sorted(Collection<ArchiveEntry> entries) {
    record Keyed(String key, ArchiveEntry entry) {}
    return entries.stream()
        .map(entry -> new Keyed(Names.latin1(entry.path()), entry))
        .sorted(Comparator.comparing(Keyed::key))
        .map(Keyed::entry)
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
