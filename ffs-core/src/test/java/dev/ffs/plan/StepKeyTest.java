package dev.ffs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StepKeyTest {

  private static String digest(Map<String, String> inputs) {
    return new StepKey(new TreeMap<>(inputs)).digest();
  }

  @Test
  void everyInputCounts() {
    assertThat(digest(Map.of("a", "1")))
        .hasSize(64)
        .isEqualTo(digest(Map.of("a", "1")))
        .isNotEqualTo(digest(Map.of("a", "2")))
        .isNotEqualTo(digest(Map.of("b", "1")))
        .isNotEqualTo(digest(Map.of("a", "1", "b", "2")));
  }

  @Test
  void inputsDoNotRunTogether() {
    assertThat(digest(Map.of("a b", "c"))).isNotEqualTo(digest(Map.of("a", "b c")));
  }

  @Test
  void theDigestOfATextIsItsSha256() {
    // From FIPS 180-2, appendix B.1.
    assertThat(StepKey.sha256("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}
