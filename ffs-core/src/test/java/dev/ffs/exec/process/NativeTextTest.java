package dev.ffs.exec.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.ExecutorException;
import org.junit.jupiter.api.Test;

class NativeTextTest {

  @Test
  void asciiPassesEverywhere() {
    assertThatCode(() -> NativeText.check("plain ~", "ANSI_X3.4-1968 ANSI_X3.4-1968"))
        .doesNotThrowAnyException();
  }

  @Test
  void otherTextPassesInUtf8() {
    assertThatCode(() -> NativeText.check("ü🐧", "UTF-8 UTF-8")).doesNotThrowAnyException();
  }

  @Test
  void textThatWouldChangeIsRefused() {
    assertThatThrownBy(() -> NativeText.check("ü", "UTF-8 ANSI_X3.4-1968"))
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "cannot pass 'ü' to a process: Java runs with the character set UTF-8 ANSI_X3.4-1968,"
                + " which would change it; start Java with LC_ALL=C.UTF-8 in its environment");
  }

  @Test
  void halfACharacterIsRefused() {
    assertThatThrownBy(() -> NativeText.check("\ud83d", "UTF-8 UTF-8"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageEndingWith("to a process: it holds half of a surrogate pair");
  }
}
