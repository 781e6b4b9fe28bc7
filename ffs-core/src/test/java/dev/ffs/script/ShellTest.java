package dev.ffs.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShellTest {

  @Test
  void plainWordsStayAsTheyAre() {
    assertThat(Shell.literal("--prefix=/usr")).isEqualTo("--prefix=/usr");
    assertThat(Shell.literal("")).isEqualTo("''");
    assertThat(Shell.literal("it's")).isEqualTo("'it'\\''s'");
  }

  @Test
  void onlyOurVariablesAreExpanded() {
    assertThat(Shell.expanding("--build=$FFS_BUILD")).isEqualTo("\"--build=$FFS_BUILD\"");
    assertThat(Shell.expanding("${FFS_BUILD}-x")).isEqualTo("\"${FFS_BUILD}-x\"");
    assertThat(Shell.expanding("-Wl,-rpath,$ORIGIN")).isEqualTo("'-Wl,-rpath,$ORIGIN'");
    assertThat(Shell.expanding("$ORIGIN/$FFS_TARGET`x`\"\\"))
        .isEqualTo("\"\\$ORIGIN/$FFS_TARGET\\`x\\`\\\"\\\\\"");
  }

  @Test
  void aCommandIsQuotedWordByWord() {
    assertThat(Shell.command(List.of("echo", "a b"))).isEqualTo("echo 'a b'");
  }

  @Test
  void bashReadsBackEveryWord() throws Exception {
    Random random = new Random(20260101);
    String alphabet = "aZ9 '\"\\$`!#*?[]{}()<>|&;~=\n\t-%@^,.:/é";
    for (int round = 0; round < 50; round++) {
      StringBuilder word = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        word.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String text = word.toString();

      assertThat(bash("printf %s " + Shell.literal(text))).isEqualTo(text);
      assertThat(bash("FFS_X=v; printf %s " + Shell.expanding("$FFS_X" + " " + text)))
          .isEqualTo("v " + text);
    }
  }

  private static String bash(String script) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }
}
