package dev.ffs.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.ExitStatus.End;
import org.junit.jupiter.api.Test;

class ExitStatusTest {

  @Test
  void onlyCodeZeroOfItsOwnAccordIsSuccess() {
    assertThat(new ExitStatus(0, End.EXITED).succeeded()).isTrue();
    assertThat(new ExitStatus(1, End.EXITED).succeeded()).isFalse();
    assertThat(new ExitStatus(0, End.CANCELLED).succeeded()).isFalse();
    assertThat(new ExitStatus(0, End.TIMED_OUT).succeeded()).isFalse();
  }

  @Test
  void codesAbove128AreSignals() {
    assertThat(new ExitStatus(128, End.EXITED).signal()).isEmpty();
    assertThat(new ExitStatus(129, End.EXITED).signal()).contains(1);
    assertThat(new ExitStatus(192, End.EXITED).signal()).contains(64);
    assertThat(new ExitStatus(193, End.EXITED).signal()).isEmpty();
    assertThat(new ExitStatus(255, End.EXITED).signal()).isEmpty();
  }

  @Test
  void itReadsAsASentence() {
    assertThat(new ExitStatus(2, End.EXITED)).hasToString("exit code 2");
    assertThat(new ExitStatus(137, End.EXITED)).hasToString("signal 9");
    assertThat(new ExitStatus(143, End.TIMED_OUT)).hasToString("timed out (signal 15)");
    assertThat(new ExitStatus(0, End.CANCELLED)).hasToString("cancelled (exit code 0)");
  }
}
