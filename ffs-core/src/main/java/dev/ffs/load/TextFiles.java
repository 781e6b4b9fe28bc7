package dev.ffs.load;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.diagnostic.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;

/** Reads text files that may be anything but text files. */
final class TextFiles {

  private static final String LINE_END = "\r\n|\r|\n";

  private TextFiles() {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @param limit the most bytes that it may have
   * @return its text
   * @throws DiagnosticException if it is not a text file in UTF-8 that can be read
   */
  static String read(Path file, int limit) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw error(file, "a directory stands where a file belongs");
      }
      // Opening a pipe or a device could wait for ever.
      if (!attributes.isRegularFile()) {
        throw error(file, "this is not a regular file");
      }
      if (attributes.size() > limit) {
        throw tooBig(file, attributes.size() + " bytes", limit);
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(limit + 1);
      }
      if (bytes.length > limit) {
        throw tooBig(file, "more than that", limit);
      }
      return decode(file, bytes);
    } catch (IOException e) {
      throw error(file, reason(file, e));
    }
  }

  /** Splits a text where YAML and editors do. */
  static List<String> lines(String text) {
    return List.of(text.split(LINE_END, -1));
  }

  /** Says why a file or directory cannot be read. */
  static String reason(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return Files.isSymbolicLink(file)
          ? "this is a link to something that does not exist"
          : "there is no such file";
    }
    if (e instanceof NotDirectoryException) {
      return "this is not a directory";
    }
    if (e instanceof AccessDeniedException) {
      return "there is no permission to read this";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    if (reason != null && reason.startsWith("Too many levels of symbolic links")) {
      return "this is a link that leads to itself";
    }
    return "this cannot be read: " + (reason == null ? e.getClass().getSimpleName() : reason);
  }

  private static DiagnosticException tooBig(Path file, String size, int limit) {
    return error(file, "the file is too big: at most " + limit + " bytes are read, it has " + size);
  }

  private static DiagnosticException error(Path file, String message) {
    return error(Origin.ofFile(file.toString()), message);
  }

  private static DiagnosticException error(Origin origin, String message) {
    return new DiagnosticException(List.of(Diagnostic.error(origin, message)));
  }

  private static String decode(Path file, byte[] bytes) {
    if (bytes.length >= 2 && (bytes[0] & bytes[1] & 0xFE) == 0xFE && bytes[0] != bytes[1]) {
      throw new DiagnosticException(
          List.of(
              Diagnostic.error(Origin.ofFile(file.toString()), "the file is in UTF-16")
                  .withHelp("save it as UTF-8")));
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      List<String> before = lines(text);
      String last = before.get(before.size() - 1);
      Origin origin =
          new Origin(file.toString(), before.size(), last.codePointCount(0, last.length()) + 1);
      throw new DiagnosticException(
          List.of(
              Diagnostic.error(
                      origin,
                      String.format(
                          Locale.ROOT,
                          "byte 0x%02X (number %d of the file) is not UTF-8",
                          bytes[in.position()],
                          in.position() + 1))
                  .withHelp("save the file as UTF-8")
                  .withSourceLine(last)));
    }
    return text;
  }
}
