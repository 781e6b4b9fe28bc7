package dev.ffs.audit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Programs that are no ELF files. They do not say which compiler made them, and the systems judged
 * here cannot run most of them by themselves: they are often there because an archive had them
 * ready-made.
 */
enum OtherProgram {
  /** As the Java Virtual Machine Specification, chapter 4, says. */
  JAVA_CLASS("a Java class"),

  /** A PE file. */
  WINDOWS("a program for Windows or UEFI"),

  /** A module or a component. */
  WEB_ASSEMBLY("a WebAssembly program"),

  /** For one processor; program, library or object. */
  MACH_O("a Mach-O program"),

  /** Several Mach-O files in one. */
  MACH_O_UNIVERSAL("a Mach-O universal binary");

  /** The version of the first Java; there is no universal binary for so many processors. */
  private static final int FIRST_CLASS_VERSION = 45;

  /** There are two versions of Java a year, so this one is far off. */
  private static final int LAST_CLASS_VERSION = 255;

  /** Of Mach-O files; there are about a dozen kinds. */
  private static final int LAST_KIND = 31;

  private final String description;

  OtherProgram(String description) {
    this.description = description;
  }

  /** Returns what it is, with its article. */
  String description() {
    return description;
  }

  /**
   * Returns what kind of program something is, by more than its first bytes alone where a text or
   * other data may begin with them.
   *
   * @param content the whole file
   */
  static Optional<OtherProgram> of(byte[] content) {
    if (content.length < 8) {
      return Optional.empty();
    }
    ByteBuffer file = ByteBuffer.wrap(content);
    return switch (file.getInt(0)) {
      case 0xcafebabe -> isClass(file) ? Optional.of(JAVA_CLASS) : universal(file, 20);
      case 0xcafebabf -> universal(file, 32);
      case 0xfeedface, 0xfeedfacf -> machO(file);
      case 0xcefaedfe, 0xcffaedfe -> machO(file.order(ByteOrder.LITTLE_ENDIAN));
      case 0x0061736d -> Optional.of(WEB_ASSEMBLY);
      default -> isWindows(file) ? Optional.of(WINDOWS) : Optional.empty();
    };
  }

  private static boolean isClass(ByteBuffer file) {
    int version = file.getShort(6) & 0xffff;
    return version >= FIRST_CLASS_VERSION && version <= LAST_CLASS_VERSION;
  }

  /**
   * Returns a program for several processors, if there is a table of them.
   *
   * @param entry the size of an entry of it, in bytes
   */
  private static Optional<OtherProgram> universal(ByteBuffer file, int entry) {
    int count = file.getInt(4);
    return count > 0 && count < FIRST_CLASS_VERSION && file.limit() >= 8 + count * entry
        ? Optional.of(MACH_O_UNIVERSAL)
        : Optional.empty();
  }

  private static Optional<OtherProgram> machO(ByteBuffer file) {
    if (file.limit() < 28) {
      return Optional.empty();
    }
    int kind = file.getInt(12);
    return kind > 0 && kind <= LAST_KIND ? Optional.of(MACH_O) : Optional.empty();
  }

  /** The header of DOS says where that of Windows is; a text may begin with the letters MZ. */
  private static boolean isWindows(ByteBuffer file) {
    if (file.get(0) != 'M' || file.get(1) != 'Z' || file.limit() < 64) {
      return false;
    }
    file.order(ByteOrder.LITTLE_ENDIAN);
    long header = file.getInt(60) & 0xffffffffL;
    // The signature, and the 20 bytes behind it that every such file has.
    return header + 24 <= file.limit() && file.getInt((int) header) == 0x00004550;
  }
}
