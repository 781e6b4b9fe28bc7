package dev.ffs.audit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the audit wants to know of an ELF file. The numbers are those of the System V ABI, chapters
 * 4 and 5.
 *
 * @param bits 32 or 64
 * @param littleEndian whether the little end of numbers comes first
 * @param machine the processor
 * @param type what kind of file it is
 * @param interpreter the program that loads it, or null
 * @param needed the libraries that it names
 * @param runPaths the directories, separated by colons, in which it says that they are; of {@code
 *     DT_RPATH} and {@code DT_RUNPATH}
 * @param comments what {@code .comment} says; empty if there is none
 */
record ElfFile(
    int bits,
    boolean littleEndian,
    int machine,
    int type,
    @Nullable String interpreter,
    List<String> needed,
    List<String> runPaths,
    List<String> comments) {

  static final int RELOCATABLE = 1;
  static final int EXECUTABLE = 2;
  static final int SHARED_OBJECT = 3;

  private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};

  ElfFile {
    needed = List.copyOf(needed);
    runPaths = List.copyOf(runPaths);
    comments = List.copyOf(comments);
  }

  /** Returns whether something begins like an ELF file. */
  static boolean is(byte[] content) {
    return content.length >= MAGIC.length
        && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * Reads a file.
   *
   * @param content the whole file, which begins like one
   * @throws MalformedFileException if it refers to what is not in it
   */
  static ElfFile read(byte[] content) throws MalformedFileException {
    return new Reader(content).read();
  }

  /** A part of the file. */
  private record Span(long offset, long size) {}

  /** A segment, as a program header describes it. */
  private record Segment(long type, long offset, long address, long size) {}

  /** A section, as a section header describes it. */
  private record Section(long name, long type, long offset, long size, long link, long info) {}

  private static final class Reader {

    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int SHT_NOBITS = 8;
    private static final int DT_NULL = 0;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_STRSZ = 10;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;

    /** These counts say that the first section header has the real one. */
    private static final int SHN_XINDEX = 0xffff;

    private static final int PN_XNUM = 0xffff;

    private final ByteBuffer file;
    private final boolean wide;

    Reader(byte[] content) throws MalformedFileException {
      file = ByteBuffer.wrap(content);
      span(0, 20, "its header");
      int width = file.get(4);
      int order = file.get(5);
      if ((width != 1 && width != 2) || (order != 1 && order != 2)) {
        throw new MalformedFileException(
            "its header says neither 32 nor 64 bits, or no byte order");
      }
      wide = width == 2;
      file.order(order == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      span(0, wide ? 64 : 52, "its header");
    }

    ElfFile read() throws MalformedFileException {
      List<Section> sections = sections();
      String interpreter = null;
      List<String> needed = new ArrayList<>();
      List<String> runPaths = new ArrayList<>();
      List<Segment> segments = segments(sections);
      for (Segment segment : segments) {
        if (segment.type() == PT_INTERP) {
          Span span = span(segment.offset(), segment.size(), "the name of its interpreter");
          interpreter = string(span, 0);
        } else if (segment.type() == PT_DYNAMIC) {
          dynamic(segment, segments, needed, runPaths);
        }
      }
      return new ElfFile(
          wide ? 64 : 32,
          file.order() == ByteOrder.LITTLE_ENDIAN,
          file.getShort(18) & 0xffff,
          file.getShort(16) & 0xffff,
          interpreter,
          needed,
          runPaths,
          comments(sections));
    }

    private List<Section> sections() throws MalformedFileException {
      long table = wide ? file.getLong(40) : word(32);
      if (table == 0) {
        return List.of();
      }
      int at = wide ? 58 : 46;
      int size = file.getShort(at) & 0xffff;
      long count = file.getShort(at + 2) & 0xffff;
      if (size < (wide ? 64 : 40)) {
        throw new MalformedFileException("its section headers have " + size + " bytes");
      }
      span(table, size, "its first section header");
      Section first = section(Math.toIntExact(table));
      if (count == 0) {
        count = first.size();
      }
      span(table, product(count, size), "its section headers");
      List<Section> sections = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        sections.add(section(Math.toIntExact(table + i * size)));
      }
      return sections;
    }

    private Section section(int at) {
      return wide
          ? new Section(
              word(at),
              word(at + 4),
              file.getLong(at + 24),
              file.getLong(at + 32),
              word(at + 40),
              word(at + 44))
          : new Section(
              word(at), word(at + 4), word(at + 16), word(at + 20), word(at + 24), word(at + 28));
    }

    private List<Segment> segments(List<Section> sections) throws MalformedFileException {
      long table = wide ? file.getLong(32) : word(28);
      if (table == 0) {
        return List.of();
      }
      int at = wide ? 54 : 42;
      int size = file.getShort(at) & 0xffff;
      long count = file.getShort(at + 2) & 0xffff;
      if (count == PN_XNUM && !sections.isEmpty()) {
        count = sections.get(0).info();
      }
      if (count > 0 && size < (wide ? 56 : 32)) {
        throw new MalformedFileException("its program headers have " + size + " bytes");
      }
      span(table, product(count, size), "its program headers");
      List<Segment> segments = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        int header = Math.toIntExact(table + i * size);
        segments.add(
            wide
                ? new Segment(
                    word(header),
                    file.getLong(header + 8),
                    file.getLong(header + 16),
                    file.getLong(header + 32))
                : new Segment(word(header), word(header + 4), word(header + 8), word(header + 16)));
      }
      return segments;
    }

    private void dynamic(
        Segment segment, List<Segment> segments, List<String> needed, List<String> runPaths)
        throws MalformedFileException {
      Span span = span(segment.offset(), segment.size(), "its dynamic section");
      int width = wide ? 16 : 8;
      long address = 0;
      long size = 0;
      List<Long> names = new ArrayList<>();
      List<Long> paths = new ArrayList<>();
      for (long i = 0; i + width <= span.size(); i += width) {
        int at = Math.toIntExact(span.offset() + i);
        long tag = wide ? file.getLong(at) : file.getInt(at);
        long value = wide ? file.getLong(at + 8) : word(at + 4);
        if (tag == DT_NULL) {
          break;
        } else if (tag == DT_NEEDED) {
          names.add(value);
        } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
          paths.add(value);
        } else if (tag == DT_STRTAB) {
          address = value;
        } else if (tag == DT_STRSZ) {
          size = value;
        }
      }
      if (names.isEmpty() && paths.isEmpty()) {
        return;
      }
      Span strings = span(offset(address, segments), size, "its dynamic strings");
      for (long name : names) {
        needed.add(string(strings, name));
      }
      for (long path : paths) {
        runPaths.add(string(strings, path));
      }
    }

    /** Returns where in the file an address is. */
    private static long offset(long address, List<Segment> segments) throws MalformedFileException {
      for (Segment segment : segments) {
        if (segment.type() == PT_LOAD
            && Long.compareUnsigned(address, segment.address()) >= 0
            && Long.compareUnsigned(address - segment.address(), segment.size()) < 0) {
          return segment.offset() + (address - segment.address());
        }
      }
      throw new MalformedFileException("its dynamic strings are in none of its segments");
    }

    private List<String> comments(List<Section> sections) throws MalformedFileException {
      int at = wide ? 62 : 50;
      long index = file.getShort(at) & 0xffff;
      if (index == SHN_XINDEX && !sections.isEmpty()) {
        index = sections.get(0).link();
      }
      if (index == 0) {
        return List.of();
      }
      if (index >= sections.size()) {
        throw new MalformedFileException("its section names are in no section of it");
      }
      Section table = sections.get((int) index);
      Span names = span(table.offset(), table.size(), "its section names");
      List<String> comments = new ArrayList<>();
      for (Section section : sections.subList(1, sections.size())) {
        if (section.type() != SHT_NOBITS && string(names, section.name()).equals(".comment")) {
          Span span = span(section.offset(), section.size(), "its .comment");
          for (String comment : text(span.offset(), span.size()).split("\0", -1)) {
            if (!comment.isEmpty() && !comments.contains(comment)) {
              comments.add(comment);
            }
          }
        }
      }
      return comments;
    }

    /** Returns the string that begins somewhere in a table. */
    private String string(Span table, long at) throws MalformedFileException {
      if (at < 0 || at >= table.size()) {
        throw new MalformedFileException("a name of it is not among its names");
      }
      String rest = text(table.offset() + at, Math.min(table.size() - at, 1 << 16));
      int end = rest.indexOf('\0');
      if (end < 0) {
        throw new MalformedFileException("a name of it has no end");
      }
      return rest.substring(0, end);
    }

    private String text(long offset, long size) {
      return new String(
          file.array(),
          Math.toIntExact(offset),
          Math.toIntExact(size),
          StandardCharsets.ISO_8859_1);
    }

    private long word(int at) {
      return file.getInt(at) & 0xffffffffL;
    }

    private static long product(long count, int size) throws MalformedFileException {
      if (count < 0 || count > Integer.MAX_VALUE) {
        throw new MalformedFileException("it says that it has " + count + " headers");
      }
      return count * size;
    }

    private Span span(long offset, long size, String what) throws MalformedFileException {
      if (offset < 0 || size < 0 || offset > file.limit() || size > file.limit() - offset) {
        throw new MalformedFileException(what + " would be outside of it");
      }
      return new Span(offset, size);
    }
  }
}
