package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "99, 0.0 s",
    "59999, 59.9 s",
    "60000, 1 min 00 s",
    "3599999, 59 min 59 s",
    "3600000, 1 h 00 min",
    "91230000, 25 h 20 min"
  })
  void durationsAreNeverRoundedUp(long millis, String text) {
    assertThat(Units.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "3141592, 3.1 MB",
    "85400000000, 85.4 GB",
    "2000000000000, 2.0 TB"
  })
  void sizesHaveOneDigitBehindThePoint(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }
}
