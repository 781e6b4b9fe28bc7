package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void allKindsOfValuesAreRead() {
    assertThat(
            Json.parse(
                " {\"a\" : [1, -2.5e3 ,true,false], \"b\":{\"c\":\"\"},\"d\":[],\"e\":{}}\n"))
        .isEqualTo(
            Map.of(
                "a",
                List.of("1", "-2.5e3", true, false),
                "b",
                Map.of("c", ""),
                "d",
                List.of(),
                "e",
                Map.of()));
    assertThat(Json.parse("null")).isNull();
  }

  @Test
  void escapesAreResolved() {
    assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\ud83d\\udc27 ü\""))
        .isEqualTo("\"\\/\b\f\n\r\tü🐧 ü");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "[1",
        "[1,]",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "nul",
        "+1",
        "1 2",
        "Error: not found"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not JSON at character ");
  }

  @Test
  void endlessNestingIsRefused() {
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not JSON at character 101: [[[");
  }

  @Test
  void whatIsOfAnotherKindCountsAsEmpty() {
    Map<?, ?> object = (Map<?, ?>) Json.parse("{\"a\":[1,{\"b\":\"c\"}],\"d\":{\"e\":\"f\"}}");

    assertThat(Json.objects(object.get("a"))).isEqualTo(List.of(Map.of("b", "c")));
    assertThat(Json.objects(object.get("none"))).isEmpty();
    assertThat(Json.text(object, "a")).isEmpty();
    assertThat(Json.texts(object, "d")).isEqualTo(Map.of("e", "f"));
    assertThat(Json.texts(object, "a")).isEmpty();
  }
}
