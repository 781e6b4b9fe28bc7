package dev.ffs.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void mapsAndListsAreIndented() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("list", Arrays.asList("a", 1, true, null));
    map.put("map", Map.of("k", "v"));
    map.put("empty", List.of());
    map.put("none", Map.of());

    assertThat(Json.write(map))
        .isEqualTo(
            """
            {
              "list": [
                "a",
                1,
                true,
                null
              ],
              "map": {
                "k": "v"
              },
              "empty": [],
              "none": {}
            }""");
  }

  @Test
  void stringsAreEscaped() {
    assertThat(Json.write("\"\\\n\t\r\0\033\177"))
        .isEqualTo("\"\\\"\\\\\\n\\t\\u000d\\u0000\\u001b\\u007f\"");
  }

  @Test
  void pairsOfSurrogatesStayOneCharacterToAReader() {
    assertThat(Json.write("\u00fc\ud83d\ude00\ud83d")).isEqualTo("\"\u00fc\\ud83d\\ude00\\ud83d\"");
  }

  @Test
  void partsMayBeOnOneLine() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", 1);
    map.put("b", Arrays.asList("x", List.of(), Map.of("k", false)));

    assertThat(Json.line(map)).isEqualTo("{\"a\": 1, \"b\": [\"x\", [], {\"k\": false}]}");
    assertThat(Json.write(List.of(Json.onOneLine(map), 2)))
        .isEqualTo("[\n  " + Json.line(map) + ",\n  2\n]");
  }

  @Test
  void otherTypesAreRefused() {
    for (Object value : List.of(new Object(), Double.NaN, Map.of(1, 2), 'c')) {
      assertThatIllegalArgumentException().isThrownBy(() -> Json.write(value));
    }
  }
}
