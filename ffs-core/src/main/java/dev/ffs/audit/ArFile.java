package dev.ffs.audit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The members of a static library, as ar(5) of System V and GNU writes them. */
final class ArFile {

  private static final byte[] MAGIC = "!<arch>\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 60;
  private static final Pattern LONG_NAME = Pattern.compile("/(\\d{1,9})");

  private ArFile() {}

  /**
   * A member.
   *
   * @param name its name
   * @param from where in the library its content begins
   * @param to where it ends
   */
  record Member(String name, int from, int to) {

    byte[] of(byte[] library) {
      return Arrays.copyOfRange(library, from, to);
    }
  }

  /** Returns whether something begins like a static library. */
  static boolean is(byte[] content) {
    return content.length >= MAGIC.length
        && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * Returns the members, without the index and the table of names.
   *
   * @throws MalformedFileException if it is cut short, or a header is none
   */
  static List<Member> members(byte[] content) throws MalformedFileException {
    List<Member> members = new ArrayList<>();
    String longNames = "";
    int at = MAGIC.length;
    while (at < content.length) {
      if (content.length - at < HEADER) {
        throw new MalformedFileException("the header of a member is cut short");
      }
      String header = new String(content, at, HEADER, StandardCharsets.ISO_8859_1);
      long size = size(header);
      if (!header.endsWith("`\n") || size > content.length - at - HEADER) {
        throw new MalformedFileException("a member of it is cut short, or no member");
      }
      int from = at + HEADER;
      int to = from + (int) size;
      String name = header.substring(0, 16).stripTrailing();
      if (name.equals("//")) {
        longNames = new String(content, from, (int) size, StandardCharsets.ISO_8859_1);
      } else if (!name.equals("/") && !name.equals("/SYM64/")) {
        members.add(new Member(name(name, longNames), from, to));
      }
      at = to + (to & 1);
    }
    return members;
  }

  private static long size(String header) throws MalformedFileException {
    String digits = header.substring(48, 58).strip();
    if (!digits.matches("\\d{1,10}")) {
      throw new MalformedFileException("a member of it has no size");
    }
    return Long.parseLong(digits);
  }

  private static String name(String name, String longNames) {
    Matcher reference = LONG_NAME.matcher(name);
    if (reference.matches()) {
      int at = Integer.parseInt(reference.group(1));
      return at < longNames.length()
          ? longNames.substring(at).replaceFirst("/?\n(?s:.*)", "")
          : name;
    }
    return name.replaceFirst("/$", "");
  }
}
