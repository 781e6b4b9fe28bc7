package dev.ffs.audit;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The names of a root file system, and what they lead to. */
final class Root {

  private static final Pattern LOADER_CONFIGURATION =
      Pattern.compile("/etc/(ld-musl-[^/]+\\.path|ld\\.so\\.conf|ld\\.so\\.conf\\.d/[^/]+\\.conf)");

  /** As many links as Linux follows (path_resolution(7)). */
  private static final int MOST_LINKS = 40;

  private final NavigableMap<String, ArchiveEntry.Body> bodies = new TreeMap<>();
  private final NavigableMap<String, String> configurations = new TreeMap<>();

  /** Takes note of a name. */
  void add(String path, ArchiveEntry.Body body) {
    bodies.put(path, body);
  }

  /** Takes note of a file that may say where libraries are. */
  void configure(String path, byte[] content) {
    if (LOADER_CONFIGURATION.matcher(path).matches()) {
      configurations.put(path, new String(content, StandardCharsets.ISO_8859_1));
    }
  }

  /** Returns where a path leads to, if it leads to anything. */
  Optional<String> resolve(String path) {
    Deque<String> left = new ArrayDeque<>(parts(path));
    String at = "";
    int links = 0;
    while (!left.isEmpty()) {
      String part = left.pop();
      if (part.equals("..")) {
        at = at.isEmpty() ? "" : at.substring(0, at.lastIndexOf('/'));
        continue;
      }
      String next = at + "/" + part;
      ArchiveEntry.Body body = bodies.get(next);
      if (body == null || (!left.isEmpty() && !leads(body))) {
        return Optional.empty();
      }
      if (body instanceof SymbolicLink link) {
        if (++links > MOST_LINKS) {
          return Optional.empty();
        }
        List<String> target = parts(link.target());
        for (int i = target.size() - 1; i >= 0; i--) {
          left.push(target.get(i));
        }
        at = link.target().startsWith("/") ? "" : at;
      } else {
        at = next;
      }
    }
    return Optional.of(at.isEmpty() ? "/" : at);
  }

  private static boolean leads(ArchiveEntry.Body body) {
    return body instanceof Directory || body instanceof SymbolicLink;
  }

  /** Returns where a path leads to, if that is a regular file. */
  Optional<String> file(String path) {
    return resolve(path)
        .filter(
            found ->
                bodies.get(found) instanceof RegularFile || bodies.get(found) instanceof HardLink);
  }

  /**
   * Returns where the loader of shared libraries looks for them.
   *
   * @param loader its path, which says which C library it belongs to
   */
  List<String> libraryDirectories(Optional<String> loader) {
    List<String> configured = new ArrayList<>();
    boolean musl = loader.filter(path -> path.startsWith("/lib/ld-musl-")).isPresent();
    configurations.forEach(
        (path, text) -> {
          if (path.startsWith("/etc/ld-musl-") == musl) {
            for (String line : text.split(musl ? "[:\n]" : "\n", -1)) {
              if (line.startsWith("/")) {
                configured.add(line.strip());
              }
            }
          }
        });
    if (musl) {
      return configured.isEmpty() ? List.of("/lib", "/usr/local/lib", "/usr/lib") : configured;
    }
    configured.addAll(List.of("/lib", "/usr/lib", "/lib64", "/usr/lib64"));
    return configured;
  }

  private static List<String> parts(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** Returns the directory of a path. */
  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /**
   * Returns a path without empty parts, {@code .} and {@code ..}; a relative one stays relative.
   */
  static String normal(String path) {
    Deque<String> kept = new ArrayDeque<>();
    for (String part : parts(path)) {
      if (part.equals("..") && !kept.isEmpty()) {
        kept.removeLast();
      } else if (!part.equals("..")) {
        kept.addLast(part);
      }
    }
    return (path.startsWith("/") ? "/" : "") + String.join("/", kept);
  }
}
