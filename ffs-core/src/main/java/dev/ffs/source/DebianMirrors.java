package dev.ffs.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Debian mirrors that this machine's apt is set up with.
 *
 * <p>After sources.list(5): {@code sources.list} and {@code sources.list.d/*.list} in the one-line
 * format, {@code sources.list.d/*.sources} in deb822; of both only {@code http} and {@code https},
 * and {@code mirror+file}, whose list is read. Each place once: first what looks like Debian's main
 * archive, then the like of its security archive, then anything else, which may well be a mirror
 * under a name of its own; within these in apt's order.
 */
final class DebianMirrors {

  private static final Pattern ONE_LINE =
      Pattern.compile("(?:deb|deb-src)\\s+(?:\\[[^\\]]*\\]\\s*)?(\\S+)\\s+(\\S+).*");

  private static final String MIRROR_LIST = "mirror+file:";

  private DebianMirrors() {}

  /**
   * Reads apt's configuration.
   *
   * @param apt the directory, {@code /etc/apt} but for tests
   * @return base URLs that end in a slash; empty if there are none
   */
  static List<String> read(Path apt) throws IOException {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    oneLine(apt.resolve("sources.list"), ranks);
    for (Path file : list(apt.resolve("sources.list.d"))) {
      if (file.toString().endsWith(".list")) {
        oneLine(file, ranks);
      } else if (file.toString().endsWith(".sources")) {
        deb822(file, ranks);
      }
    }
    return ranks.entrySet().stream()
        .sorted(Comparator.comparing(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(files::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    files.sort(null);
    return files;
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      // Any bytes will do in a comment.
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static void oneLine(Path file, Map<String, Integer> ranks) throws IOException {
    for (String line : lines(file)) {
      Matcher matcher = ONE_LINE.matcher(line.replaceFirst("#.*", "").strip());
      if (matcher.matches()) {
        add(matcher.group(1), matcher.group(2), ranks);
      }
    }
  }

  private static void deb822(Path file, Map<String, Integer> ranks) throws IOException {
    Map<String, String> stanza = new LinkedHashMap<>();
    String field = "";
    for (String line : lines(file)) {
      if (line.startsWith("#")) {
        continue;
      }
      if (line.isBlank()) {
        addStanza(stanza, ranks);
        stanza.clear();
      } else if (Character.isWhitespace(line.charAt(0))) {
        stanza.merge(field, line, (old, more) -> old + " " + more);
      } else {
        int colon = line.indexOf(':');
        field = line.substring(0, Math.max(colon, 0)).strip().toLowerCase(Locale.ROOT);
        stanza.put(field, line.substring(colon + 1));
      }
    }
    addStanza(stanza, ranks);
  }

  private static void addStanza(Map<String, String> stanza, Map<String, Integer> ranks)
      throws IOException {
    // Every word that apt takes for "no".
    if (stanza
        .getOrDefault("enabled", "yes")
        .strip()
        .matches("(?i)no|false|without|off|disable|0")) {
      return;
    }
    for (String uri : words(stanza.getOrDefault("uris", ""))) {
      add(uri, stanza.getOrDefault("suites", ""), ranks);
    }
  }

  private static void add(String uri, String suites, Map<String, Integer> ranks)
      throws IOException {
    if (uri.startsWith(MIRROR_LIST)) {
      for (String line :
          lines(Path.of(uri.substring(MIRROR_LIST.length()).replaceFirst("^//", "")))) {
        List<String> words = words(line.replaceFirst("#.*", ""));
        if (!words.isEmpty()) {
          add(words.get(0), suites, ranks);
        }
      }
    } else if (uri.matches("(?i)https?://[^/$]+[^$]*")) {
      ranks.merge(uri.endsWith("/") ? uri : uri + "/", rank(uri, suites), Math::min);
    }
  }

  private static int rank(String uri, String suites) {
    if (uri.matches(".*/debian-security(/.*)?") || suites.matches(".*(-security|/updates)\\b.*")) {
      return 1;
    }
    return uri.matches(".*/debian(/.*)?") || suites.matches(".*-(updates|backports)\\b.*") ? 0 : 2;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }
}
