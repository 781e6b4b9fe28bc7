package dev.ffs.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NamesTest {

  @Test
  void textIsItself() {
    for (String text : List.of("", "plain", "ünï", "🐧", "new\nline", "%41")) {
      assertThat(Names.decode(text.getBytes(UTF_8))).isEqualTo(text);
      assertThat(Names.encode(text)).isEqualTo(text.getBytes(UTF_8));
    }
  }

  @Test
  void bytesThatAreNoTextBecomeLoneSurrogates() {
    byte[] latin1 = {'a', (byte) 0xe9, (byte) 0xff, 'b'};

    assertThat(Names.decode(latin1)).isEqualTo("a\udce9\udcffb");
    assertThat(Names.encode("a\udce9\udcffb")).isEqualTo(latin1);
  }

  @Test
  void everySequenceOfBytesSurvives() {
    Random random = new Random(11);
    byte[][] parts = {
      "a".getBytes(UTF_8),
      "ü".getBytes(UTF_8),
      "🐧".getBytes(UTF_8),
      {(byte) 0xf0},
      {(byte) 0xe2},
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
      {(byte) 0x80},
      {(byte) 0xc0}
    };
    for (int i = 0; i < 2000; i++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int j = random.nextInt(8); j >= 0; j--) {
        bytes.writeBytes(parts[random.nextInt(parts.length)]);
      }

      assertThat(Names.encode(Names.decode(bytes.toByteArray()))).isEqualTo(bytes.toByteArray());
    }
  }

  @Test
  void surrogatesThatStandForNoByteAreRefused() {
    for (String text : List.of("a\ud83d", "\udc00", "\udc7f", "\udd00")) {
      assertThatThrownBy(() -> Names.encode(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("half of a surrogate pair in '");
    }
  }

  @Test
  void pathsAreReadByTheirBytes() {
    assertThat(Names.of(Path.of("a b/%41/ü?#"))).isEqualTo("a b/%41/ü?#");
    assertThat(Names.of(Path.of("/absolute"))).isEqualTo("/absolute");
    assertThat(Names.of(Path.of("../x"))).isEqualTo("../x");
    assertThat(Names.of(Path.of("/"))).isEqualTo("/");
    assertThat(Names.of(Path.of(URI.create("file:///x%FF")).getFileName())).isEqualTo("x\udcff");
  }

  @Test
  void aPathThatHappensToBeADirectoryGetsNoSlash() {
    assertThat(Names.of(Path.of("tmp"))).isEqualTo("tmp");
    assertThat(Names.of(Path.of("/tmp"))).isEqualTo("/tmp");
  }
}
