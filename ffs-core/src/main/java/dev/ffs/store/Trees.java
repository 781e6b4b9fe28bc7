package dev.ffs.store;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.TreeEntries;
import dev.ffs.store.Manifest.Kind;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Walks and removes the trees of steps. */
final class Trees {

  // Of a file's mode, from Linux's inode(7).
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int PERMISSIONS = 07777;

  private Trees() {}

  /**
   * Lists an upper directory of an overlay.
   *
   * <p>In it a character device 0:0 is a whiteout, and a directory with the attribute {@code
   * user.overlay.opaque} hides those below it (Linux, Documentation/filesystems/overlayfs.rst).
   *
   * <p>On disk its owner may read everything afterwards, for whoever packs or checks it later need
   * not be root; the modes that the step gave stand in the manifest.
   */
  static Manifest manifest(Path tree) throws IOException {
    Map<Path, Integer> modes = new HashMap<>();
    makeReadable(tree.toRealPath(), modes);
    List<Manifest.Entry> entries = new ArrayList<>();
    Map<String, String> firstNames = new HashMap<>();
    for (TreeEntries.Found found : TreeEntries.walk(tree)) {
      int mode = modes.getOrDefault(found.file(), found.entry().mode());
      entries.add(entry(found, mode, firstNames));
    }
    return new Manifest(entries);
  }

  /** The permissions that the owner of a layer has on disk, whatever the step gave. */
  static int neededMode(boolean directory, boolean regular) {
    return directory ? 0500 : regular ? 0400 : 0;
  }

  private static void makeReadable(Path directory, Map<Path, Integer> modes) throws IOException {
    Map<Path, Integer> files = new HashMap<>();
    openDirectories(directory, modes, files);
    // Only when all have been seen: a file may have several names, and one mode.
    modes.putAll(files);
    for (Map.Entry<Path, Integer> file : files.entrySet()) {
      Files.setAttribute(file.getKey(), "unix:mode", file.getValue() | neededMode(false, true));
    }
  }

  private static void openDirectories(
      Path directory, Map<Path, Integer> modes, Map<Path, Integer> files) throws IOException {
    try (var children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        int mode = (Integer) Files.getAttribute(child, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int type = mode & TYPE;
        int needed = neededMode(type == DIRECTORY, type == REGULAR);
        boolean lacks = (mode & needed) != needed;
        if (lacks && type == REGULAR) {
          files.put(child, mode & PERMISSIONS);
        }
        if (type == DIRECTORY) {
          if (lacks) {
            modes.put(child, mode & PERMISSIONS);
            Files.setAttribute(child, "unix:mode", (mode & PERMISSIONS) | needed);
          }
          openDirectories(child, modes, files);
        }
      }
    }
  }

  private static Manifest.Entry entry(
      TreeEntries.Found found, int mode, Map<String, String> firstNames) throws IOException {
    String path = found.entry().path();
    ArchiveEntry.Body body = found.entry().body();
    if (body instanceof ArchiveEntry.RegularFile file) {
      String first = file.identity() == null ? null : firstNames.putIfAbsent(file.identity(), path);
      return first != null
          ? new Manifest.Entry(Kind.HARD_LINK, 0, 0, first, path)
          : new Manifest.Entry(Kind.FILE, mode, file.size(), digestOf(file), path);
    } else if (body instanceof ArchiveEntry.Directory) {
      Kind kind = isOpaque(found.file()) ? Kind.OPAQUE_DIRECTORY : Kind.DIRECTORY;
      return new Manifest.Entry(kind, mode, 0, "", path);
    } else if (body instanceof ArchiveEntry.SymbolicLink link) {
      return new Manifest.Entry(Kind.SYMBOLIC_LINK, 0, 0, link.target(), path);
    } else if (body instanceof ArchiveEntry.Fifo) {
      return new Manifest.Entry(Kind.FIFO, mode, 0, "", path);
    } else if (body instanceof ArchiveEntry.Device device
        && !device.block()
        && device.major() == 0
        && device.minor() == 0) {
      return new Manifest.Entry(Kind.WHITEOUT, 0, 0, "", path);
    }
    throw new IOException("/" + path + " is a device, which a step cannot make");
  }

  static boolean isOpaque(Path directory) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
    // The file system has none if it cannot keep them; then overlayfs cannot have used them.
    return view != null && view.list().contains("overlay.opaque");
  }

  static String digestOf(ArchiveEntry.RegularFile file) throws IOException {
    try (InputStream in = file.content().open()) {
      return digestOf(in);
    }
  }

  static String digestOf(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return digestOf(in);
    }
  }

  private static String digestOf(InputStream in) throws IOException {
    try {
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

  /** Returns the sum of the sizes of all regular files in a tree; of a missing one, 0. */
  static long bytes(Path tree) throws IOException {
    long[] sum = {0};
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // Gone by now, or a directory that a failed step has closed: nobody can tell its size.
            return FileVisitResult.CONTINUE;
          }
        });
    return sum[0];
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
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (!Files.isExecutable(directory) || !Files.isWritable(directory)) {
              open(directory);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !Files.isReadable(file)) {
              // Its owner cannot list it yet.
              open(file);
              remove(file);
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }
}
