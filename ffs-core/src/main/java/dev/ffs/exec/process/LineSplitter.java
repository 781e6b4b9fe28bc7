package dev.ffs.exec.process;

import dev.ffs.exec.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Makes lines of bytes, as {@link OutputSink} describes them, in bounded memory. */
final class LineSplitter {

  private final Consumer<String> lines;
  private final byte[] line = new byte[OutputSink.MAX_LINE_BYTES];
  private int length;
  private boolean afterCarriageReturn;

  LineSplitter(Consumer<String> lines) {
    this.lines = lines;
  }

  void feed(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      byte b = bytes[i];
      boolean secondHalfOfEnd = b == '\n' && afterCarriageReturn;
      afterCarriageReturn = b == '\r';
      if (secondHalfOfEnd) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        deliver(length);
      } else {
        if (length == line.length) {
          deliver(lengthOfWholeCharacters());
        }
        line[length++] = b;
      }
    }
  }

  /** Delivers what stands after the last end of a line. */
  void finish() {
    if (length > 0) {
      deliver(length);
    }
  }

  private void deliver(int count) {
    String text = new String(line, 0, count, StandardCharsets.UTF_8);
    System.arraycopy(line, count, line, 0, length - count);
    length -= count;
    lines.accept(text);
  }

  private int lengthOfWholeCharacters() {
    for (int back = 1; back <= 3; back++) {
      int b = line[length - back] & 0xff;
      if (b >= 0xc0) {
        int bytesOfCharacter = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return bytesOfCharacter > back ? length - back : length;
      }
      if (b < 0x80) {
        return length;
      }
    }
    return length;
  }
}
