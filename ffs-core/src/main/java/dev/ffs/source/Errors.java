package dev.ffs.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Words for what Java's exceptions leave to their class names. */
final class Errors {

  private Errors() {}

  /** Describes an error with a file, without repeating its path. */
  static String text(IOException e, Path path) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException fs && fs.getReason() != null) {
      return fs.getReason();
    }
    String message = e.getMessage();
    if (message == null) {
      return e.getClass().getSimpleName();
    }
    // java.io says "PATH (why)".
    String prefix = path + " (";
    return message.startsWith(prefix) && message.endsWith(")")
        ? message.substring(prefix.length(), message.length() - 1)
        : message;
  }

  /** Describes any error in one line. */
  static String text(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
