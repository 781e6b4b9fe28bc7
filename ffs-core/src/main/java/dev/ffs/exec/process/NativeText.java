package dev.ffs.exec.process;

import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Refuses text that would reach a process changed. Java encodes arguments and file names in the
 * character set of its locale and puts a question mark for what that lacks, without a word; the
 * property {@code sun.jnu.encoding} cannot be set from outside (tried with JDK 17).
 */
final class NativeText {

  private static final String CHARSETS =
      Charset.defaultCharset().name() + " " + System.getProperty("sun.jnu.encoding", "");

  private NativeText() {}

  static void check(Command command) {
    command.argv().forEach(text -> check(text, CHARSETS));
    command
        .environment()
        .forEach(
            (name, value) -> {
              check(name, CHARSETS);
              check(value, CHARSETS);
            });
    if (command.directory() != null) {
      check(command.directory(), CHARSETS);
    }
  }

  static void check(String text, String charsets) {
    if (text.chars().allMatch(c -> c < 0x80)) {
      return;
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot pass '" + text + "' to a process: it holds half of a surrogate pair",
          null);
    }
    if (!charsets.equals("UTF-8 UTF-8")) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot pass '"
              + text
              + "' to a process: Java runs with the character set "
              + charsets
              + ", which would change it; start Java with LC_ALL=C.UTF-8 in its environment",
          null);
    }
  }
}
