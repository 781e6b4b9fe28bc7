package dev.ffs.audit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds paths of the build in the bytes of any file.
 *
 * <p>A path begins where nothing before it belongs to it: {@code /usr/tools} and {@code
 * ${prefix}/tools} are not {@code /tools}, but {@code -L/tools/lib} is.
 */
final class BuildPaths {

  private static final int LONGEST = 120;

  /** Options of compilers and linkers that a path follows without a space. */
  private static final String OPTIONS = "BFILR";

  // First part of a path to the paths that begin with it.
  private final Map<String, List<String>> byFirst = new HashMap<>();
  private final int longestFirst;

  /**
   * Makes a search.
   *
   * @param paths absolute, plain paths
   */
  BuildPaths(Collection<String> paths) {
    for (String path : paths) {
      byFirst.computeIfAbsent(first(path), key -> new ArrayList<>()).add(path);
    }
    longestFirst = byFirst.keySet().stream().mapToInt(String::length).max().orElse(0);
  }

  private static String first(String path) {
    int slash = path.indexOf('/', 1);
    return latin1(path.substring(1, slash < 0 ? path.length() : slash));
  }

  /** One character for each byte, as the files are read. */
  private static String latin1(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Returns whether a path is one of them, or below one. */
  boolean has(String path) {
    return byFirst.getOrDefault(first(path), List.of()).stream()
        .anyMatch(one -> path.equals(one) || path.startsWith(one + "/"));
  }

  /** Returns each path of the build that a file names, in order and once. */
  Set<String> in(byte[] content) {
    Set<String> found = new LinkedHashSet<>();
    for (int at = 0; at < content.length; at++) {
      if (content[at] == '/' && begins(content, at)) {
        find(content, at, found);
      }
    }
    return found;
  }

  private void find(byte[] content, int at, Set<String> found) {
    int end = at + 1;
    while (end < content.length && end - at <= longestFirst && isOfName(content, end)) {
      end++;
    }
    String first = new String(content, at + 1, end - at - 1, StandardCharsets.ISO_8859_1);
    for (String path : byFirst.getOrDefault(first, List.of())) {
      byte[] wanted = path.getBytes(StandardCharsets.UTF_8);
      if (startsWith(content, at, wanted) && ends(content, at + wanted.length)) {
        found.add(whole(content, at));
        return;
      }
    }
  }

  private static boolean startsWith(byte[] content, int at, byte[] wanted) {
    if (wanted.length > content.length - at) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (content[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean begins(byte[] content, int at) {
    if (at == 0) {
      return true;
    }
    byte before = content[at - 1];
    if (isLetterOrDigit(before)) {
      return at > 1
          && OPTIONS.indexOf(before) >= 0
          && content[at - 2] == '-'
          && (at == 2 || !isLetterOrDigit(content[at - 3]));
    }
    return "/_.+-~@%$)}]*?".indexOf(before) < 0;
  }

  private static boolean ends(byte[] content, int at) {
    return at == content.length || content[at] == '/' || !isOfName(content, at);
  }

  private static boolean isOfName(byte[] content, int at) {
    byte b = content[at];
    // A full stop may end a sentence.
    boolean inside = at + 1 < content.length && isLetterOrDigit(content[at + 1]);
    return isLetterOrDigit(b) || "_+-~".indexOf(b) >= 0 || (b == '.' && inside);
  }

  private static boolean isLetterOrDigit(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
  }

  private static String whole(byte[] content, int at) {
    int end = at + 1;
    while (end < content.length
        && end - at < LONGEST
        && (content[end] == '/' || isOfName(content, end))) {
      end++;
    }
    return new String(content, at, end - at, StandardCharsets.ISO_8859_1);
  }
}
