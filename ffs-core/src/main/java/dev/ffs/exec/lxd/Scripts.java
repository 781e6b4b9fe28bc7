package dev.ffs.exec.lxd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The shell scripts beside this class, which run in the container. */
final class Scripts {

  private Scripts() {}

  /** Reads one. */
  static String read(String name) {
    try (InputStream in = Scripts.class.getResourceAsStream("/dev/ffs/exec/lxd/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the library's own file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
