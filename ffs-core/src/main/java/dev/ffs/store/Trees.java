package dev.ffs.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Walks and removes the trees of steps. */
final class Trees {

  // The bits of a file's mode, from Linux's inode(7).
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int SYMBOLIC_LINK = 0120000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int FIFO = 0010000;
  private static final int SOCKET = 0140000;
  private static final int PERMISSIONS = 07777;

  private Trees() {}

  /**
   * Lists an upper directory of an overlay.
   *
   * <p>In it a character device 0:0 is a whiteout, and a directory with the attribute {@code
   * user.overlay.opaque} hides those below it (Linux, Documentation/filesystems/overlayfs.rst).
   */
  static Manifest manifest(Path tree) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    Map<Object, String> firstNames = new HashMap<>();
    collect(tree, "", entries, firstNames);
    return new Manifest(entries);
  }

  private static void collect(
      Path directory, String prefix, List<Manifest.Entry> entries, Map<Object, String> firstNames)
      throws IOException {
    List<Path> children = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    }
    children.sort(
        Comparator.comparing(
            child -> child.getFileName().toString().getBytes(StandardCharsets.UTF_8),
            Arrays::compareUnsigned));
    for (Path child : children) {
      String path = prefix + child.getFileName();
      Attributes attributes = Attributes.of(child);
      int fullMode = attributes.mode();
      int mode = fullMode & PERMISSIONS;
      switch (fullMode & TYPE) {
        case REGULAR -> {
          if (attributes.links() > 1) {
            String first = firstNames.putIfAbsent(attributes.inode(), path);
            if (first != null) {
              entries.add(new Manifest.Entry(Manifest.Kind.HARD_LINK, 0, 0, first, path));
              continue;
            }
          }
          entries.add(
              new Manifest.Entry(
                  Manifest.Kind.FILE, mode, attributes.size(), digestOf(child), path));
        }
        case DIRECTORY -> {
          Manifest.Kind kind =
              isOpaque(child) ? Manifest.Kind.OPAQUE_DIRECTORY : Manifest.Kind.DIRECTORY;
          entries.add(new Manifest.Entry(kind, mode, 0, "", path));
          collect(child, path + "/", entries, firstNames);
        }
        case SYMBOLIC_LINK ->
            entries.add(
                new Manifest.Entry(
                    Manifest.Kind.SYMBOLIC_LINK,
                    0,
                    0,
                    Files.readSymbolicLink(child).toString(),
                    path));
        case FIFO -> entries.add(new Manifest.Entry(Manifest.Kind.FIFO, mode, 0, "", path));
        case CHARACTER_DEVICE -> {
          if (attributes.device() != 0) {
            throw new IOException("/" + path + " is a device; the recipe's output declares those");
          }
          entries.add(new Manifest.Entry(Manifest.Kind.WHITEOUT, 0, 0, "", path));
        }
        // A socket is of use only to a process that is gone by now.
        case SOCKET -> {}
        default -> throw new IOException("/" + path + " is neither file, directory nor link");
      }
    }
  }

  /**
   * What lstat(2) says of a file.
   *
   * @param mode type and permissions
   * @param links how many names it has
   * @param inode equal for names of one file
   * @param device of a device its number
   */
  private record Attributes(int mode, long size, int links, Object inode, long device) {

    static Attributes of(Path file) throws IOException {
      Map<String, Object> all =
          Files.readAttributes(
              file, "unix:mode,size,nlink,ino,dev,rdev", LinkOption.NOFOLLOW_LINKS);
      return new Attributes(
          ((Number) required(all, "mode")).intValue(),
          ((Number) required(all, "size")).longValue(),
          ((Number) required(all, "nlink")).intValue(),
          List.of(required(all, "dev"), required(all, "ino")),
          ((Number) required(all, "rdev")).longValue());
    }

    private static Object required(Map<String, Object> all, String name) {
      return Objects.requireNonNull(all.get(name), name);
    }
  }

  private static boolean isOpaque(Path directory) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
    // The file system has none if it cannot keep them; then overlayfs cannot have used them.
    return view != null && view.list().contains("overlay.opaque");
  }

  static String digestOf(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Removes a tree, whatever the permissions of its directories; a missing one is no error. */
  static void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
              open(file);
              remove(file);
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path path) throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (AccessDeniedException e) {
      // The parent does not let its owner write.
      open(Objects.requireNonNull(path.getParent()));
      Files.deleteIfExists(path);
    }
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }
}
