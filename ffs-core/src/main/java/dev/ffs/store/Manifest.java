package dev.ffs.store;

import dev.ffs.plan.StepKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * What a layer holds, entry by entry.
 *
 * <p>Its text has a line per entry: kind, mode in octal, size, value, path, separated by tabs; in
 * values and paths backslash, tab and line ends are written as {@code \\}, {@code \t}, {@code \n}
 * and {@code \r}, and a byte that is not UTF-8 as the escape of the lone surrogate that stands for
 * it. Times are not part of it: every file of a layer has the same one.
 *
 * @param entries ordered by path, so that a directory comes before what is in it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Manifest(List<Entry> entries) {

  private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-f]{4}|.|$)");

  /** What an entry is. */
  public enum Kind {
    /** A regular file; the value is its SHA-256. */
    FILE,
    /** A further name of a regular file; the value is the first name. */
    HARD_LINK,
    /** A directory; what earlier layers have in it stays visible. */
    DIRECTORY,
    /** A directory that hides what earlier layers have in it. */
    OPAQUE_DIRECTORY,
    /** A symbolic link; the value is its target. */
    SYMBOLIC_LINK,
    /** A named pipe. */
    FIFO,
    /** Nothing: the name that earlier layers have is gone. */
    WHITEOUT
  }

  /**
   * One name in a layer.
   *
   * @param kind what it is
   * @param mode permission bits with set-uid, set-gid and sticky; 0 for links and whiteouts
   * @param size bytes of a regular file, else 0
   * @param value what the kind says, else empty
   * @param path relative to the sysroot, with {@code /}, never empty
   */
  public record Entry(Kind kind, int mode, long size, String value, String path) {

    /** Checks that all is there. */
    public Entry {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(value, "value");
      if (path.isEmpty() || path.startsWith("/")) {
        throw new IllegalArgumentException("not a path of a layer: '" + path + "'");
      }
    }
  }

  /** Copies the list. */
  public Manifest {
    entries = List.copyOf(entries);
  }

  /**
   * Returns the digest of all that the layer holds.
   *
   * @return SHA-256 of {@link #toText}, 64 hexadecimal digits
   */
  public String digest() {
    return StepKey.sha256(toText());
  }

  /**
   * Returns the sum of the sizes of all files.
   *
   * @return bytes
   */
  public long bytes() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  /**
   * Writes the manifest.
   *
   * @return a line per entry
   */
  public String toText() {
    StringBuilder out = new StringBuilder();
    for (Entry entry : entries) {
      out.append(entry.kind())
          .append('\t')
          .append(Integer.toOctalString(entry.mode()))
          .append('\t')
          .append(entry.size())
          .append('\t')
          .append(escaped(entry.value()))
          .append('\t')
          .append(escaped(entry.path()))
          .append('\n');
    }
    return out.toString();
  }

  /**
   * Reads what {@link #toText} wrote.
   *
   * @param text the text
   * @return the manifest
   * @throws IllegalArgumentException if it is anything else
   */
  public static Manifest parse(String text) {
    List<Entry> entries = new ArrayList<>();
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw new IllegalArgumentException("the manifest is cut short");
    }
    for (String line : text.lines().toList()) {
      String[] parts = line.split("\t", -1);
      if (parts.length != 5) {
        throw new IllegalArgumentException("not a line of a manifest: " + line);
      }
      entries.add(
          new Entry(
              Kind.valueOf(parts[0]),
              Integer.parseInt(parts[1], 8),
              Long.parseLong(parts[2]),
              unescaped(parts[3]),
              unescaped(parts[4])));
    }
    return new Manifest(entries);
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> out.append("\\\\");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                default -> {
                  if (Character.getType(c) == Character.SURROGATE) {
                    out.append(String.format(Locale.ROOT, "\\u%04x", c));
                  } else {
                    out.appendCodePoint(c);
                  }
                }
              }
            });
    return out.toString();
  }

  private static String unescaped(String text) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = ESCAPE.matcher(text);
    while (matcher.find()) {
      String escape = matcher.group(1);
      String meant =
          switch (escape) {
            case "\\" -> "\\";
            case "t" -> "\t";
            case "n" -> "\n";
            case "r" -> "\r";
            default -> {
              if (escape.isEmpty()) {
                throw new IllegalArgumentException("an escape is cut short: " + text);
              }
              if (escape.length() != 5) {
                throw new IllegalArgumentException("not an escape: \\" + escape);
              }
              yield String.valueOf((char) Integer.parseInt(escape, 1, 5, 16));
            }
          };
      matcher.appendReplacement(out, Matcher.quoteReplacement(meant));
    }
    return matcher.appendTail(out).toString();
  }
}
