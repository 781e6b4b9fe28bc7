package dev.ffs.archive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Names between bytes, strings and paths, without loss (see the package's description). */
final class Names {

  private static final int ESCAPE = 0xdc00;

  private Names() {}

  static String decode(byte[] name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer out = CharBuffer.allocate(name.length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isMalformed()) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xff)));
      }
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }

  /**
   * Returns the bytes of a name.
   *
   * @throws IllegalArgumentException if it holds half of a surrogate pair that stands for no byte
   */
  static byte[] encode(String name) {
    if (StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      return name.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    name.codePoints()
        .forEach(
            c -> {
              if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff) {
                out.write(c - ESCAPE);
              } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("half of a surrogate pair in '" + name + "'");
              } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return out.toByteArray();
  }

  /** Returns the bytes of a name as one character each; such strings sort as the bytes do. */
  static String latin1(String name) {
    return new String(encode(name), StandardCharsets.ISO_8859_1);
  }

  /**
   * Returns a path as text. {@link Path#toString} loses bytes; a URI has them all, in each locale.
   */
  static String of(Path path) {
    // Resolved against the root, since a URI is always absolute.
    String uri = Path.of("/").resolve(path).toUri().getRawPath();
    int from = path.isAbsolute() ? 0 : 1;
    // A URI ends with a slash if the path is, by chance or not, that of a directory.
    boolean slashOfUri = uri.endsWith("/") && !path.toString().endsWith("/");
    return decode(unescape(uri.substring(from, uri.length() - (slashOfUri ? 1 : 0))));
  }

  private static byte[] unescape(String uri) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) == '%') {
        out.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.write(uri.charAt(i));
      }
    }
    return out.toByteArray();
  }
}
