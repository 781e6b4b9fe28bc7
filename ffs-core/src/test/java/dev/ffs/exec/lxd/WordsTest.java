package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {

  @Test
  void wordsAreSplitAtBlanks() {
    assertThat(Words.split("  -p default\t-n  lxdbr0\n"))
        .isEqualTo(List.of("-p", "default", "-n", "lxdbr0"));
    assertThat(Words.split(" ")).isEmpty();
  }

  @Test
  void quotesAndBackslashesMeanWhatTheyMeanToAShell() {
    assertThat(Words.split("-c 'user.a=b c'\"d e\"f '' \"\" a\\ b \\'"))
        .isEqualTo(List.of("-c", "user.a=b cd ef", "", "", "a b", "'"));
    assertThat(Words.split("'\\n' \"\\n \\\" \\\\ \\$x\" $x *"))
        .isEqualTo(List.of("\\n", "\\n \" \\ $x", "$x", "*"));
  }

  @Test
  void aQuoteThatDoesNotEndIsAnError() {
    assertThatThrownBy(() -> Words.split("-c 'a b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a quote ' does not end in: -c 'a b");
  }
}
