package dev.ffs.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One name in an archive, and what it stands for.
 *
 * @param path relative to the archive's root, with slashes, without {@code .}, {@code ..}, empty
 *     parts or a slash at either end; the package's description says how bytes become text
 * @param body what it is
 * @param mode permissions with set-uid, set-gid and sticky bit, at most 07777
 * @param uid numeric owner
 * @param gid numeric group
 * @param mtime modification time in seconds since the epoch
 */
@API(status = API.Status.STABLE, since = "0.1")
public record ArchiveEntry(String path, Body body, int mode, long uid, long gid, long mtime) {

  /** What a name stands for. */
  @API(status = API.Status.STABLE, since = "0.1")
  public sealed interface Body {}

  /**
   * A regular file.
   *
   * @param size in bytes
   * @param content opens the content, of exactly that size
   * @param identity what entries that are hard links of one another have in common, or null for a
   *     file of one name
   */
  public record RegularFile(long size, Content content, @Nullable String identity) implements Body {

    /** Checks that nothing is missing or negative. */
    public RegularFile {
      Objects.requireNonNull(content, "content");
      if (size < 0) {
        throw new IllegalArgumentException("a file of " + size + " bytes");
      }
    }
  }

  /** A directory. */
  public record Directory() implements Body {}

  /**
   * A symbolic link.
   *
   * @param target what it points to, as it stands
   */
  public record SymbolicLink(String target) implements Body {

    /** Checks that it points somewhere. */
    public SymbolicLink {
      if (target.isEmpty() || target.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not the target of a link: '" + target + "'");
      }
      var unused = Names.encode(target);
    }
  }

  /**
   * One more name of a file of the same archive.
   *
   * @param target path of the entry with the content
   */
  public record HardLink(String target) implements Body {

    /** Checks that it names something. */
    public HardLink {
      target = checkedPath(target);
    }
  }

  /**
   * A device.
   *
   * @param block true for a block device, false for a character device
   * @param major major number
   * @param minor minor number
   */
  public record Device(boolean block, int major, int minor) implements Body {}

  /** A named pipe. */
  public record Fifo() implements Body {}

  /** Opens the content of a file. */
  @FunctionalInterface
  @API(status = API.Status.STABLE, since = "0.1")
  public interface Content {

    /**
     * Opens the content from its beginning.
     *
     * @return a new stream; who calls closes it
     * @throws IOException if it cannot be opened
     */
    InputStream open() throws IOException;
  }

  /** Checks that an archive can hold it. */
  public ArchiveEntry {
    path = checkedPath(path);
    Objects.requireNonNull(body, "body");
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(path + ": not a mode: " + Integer.toOctalString(mode));
    }
    if (uid < 0 || gid < 0) {
      throw new IllegalArgumentException(path + ": owners are never negative");
    }
  }

  /**
   * Returns this entry with another mode.
   *
   * @param newMode at most 07777
   * @return a copy
   */
  public ArchiveEntry withMode(int newMode) {
    return new ArchiveEntry(path, body, newMode, uid, gid, mtime);
  }

  /**
   * Returns this entry with another owner.
   *
   * @param newUid numeric owner
   * @param newGid numeric group
   * @return a copy
   */
  public ArchiveEntry withOwner(long newUid, long newGid) {
    return new ArchiveEntry(path, body, mode, newUid, newGid, mtime);
  }

  private static String checkedPath(String path) {
    for (String part : List.of(path.split("/", -1))) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not a path of an archive: '" + path + "'");
      }
    }
    // One name, one string: bytes may be escaped that need not be.
    return Names.decode(Names.encode(path));
  }
}
