package dev.ffs.exec.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.OutputSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

  private static final int MAX = OutputSink.MAX_LINE_BYTES;

  @Test
  void linesEndWithLfOrCrOrBoth() {
    assertThat(split("a\nb\r\nc\rd\n\r\n\r\re"))
        .containsExactly("a", "b", "c", "d", "", "", "", "e");
  }

  @Test
  void nothingIsNoLine() {
    assertThat(split("")).isEmpty();
    assertThat(split("a\n")).containsExactly("a");
  }

  @Test
  void aLineOfTheGreatestLengthIsWhole() {
    String longest = "x".repeat(MAX);

    assertThat(split(longest + "\nshort")).containsExactly(longest, "short");
    assertThat(split(longest + "y\n")).containsExactly(longest, "y");
  }

  @Test
  void noCharacterIsCutInTwo() {
    for (String character : List.of("ü", "€", "🐧")) {
      for (int shift = 0; shift <= 4; shift++) {
        String line = "x".repeat(shift) + character.repeat(MAX);

        List<String> pieces = split(line);

        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(String.join("", pieces).equals(line)).as(character + shift).isTrue();
        assertThat(pieces.stream().mapToInt(piece -> piece.getBytes(UTF_8).length).max().orElse(0))
            .isBetween(MAX - 3, MAX);
      }
    }
  }

  @Test
  void bytesThatAreNoTextAreSplitToo() {
    byte[] bytes = new byte[3 * MAX];
    Arrays.fill(bytes, (byte) 0x80);

    assertThat(split(bytes, bytes.length)).hasSize(3).allMatch(l -> l.equals("\ufffd".repeat(MAX)));
  }

  @Test
  void itDoesNotMatterHowTheBytesArrive() {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append(List.of("a", "ü", "🐧", "\n", "\r", "\r\n").get(random.nextInt(6)));
    }
    byte[] bytes = text.toString().getBytes(UTF_8);

    for (int chunk : List.of(1, 2, 3, 7, 1000)) {
      assertThat(split(bytes, chunk)).isEqualTo(split(bytes, bytes.length));
    }
  }

  private static List<String> split(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return split(bytes, Math.max(1, bytes.length));
  }

  private static List<String> split(byte[] bytes, int chunk) {
    List<String> lines = new ArrayList<>();
    LineSplitter splitter = new LineSplitter(lines::add);
    for (int from = 0; from < bytes.length; from += chunk) {
      int count = Math.min(chunk, bytes.length - from);
      byte[] piece = new byte[count];
      System.arraycopy(bytes, from, piece, 0, count);
      splitter.feed(piece, count);
    }
    splitter.finish();
    return lines;
  }
}
