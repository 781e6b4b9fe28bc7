package dev.ffs.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.event.BuildEvent;
import dev.ffs.exec.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepLogTest {

  @TempDir Path directory;
  private final List<BuildEvent> events = new ArrayList<>();

  private List<String> telling(List<String> lines) throws IOException {
    Path file = directory.resolve("log");
    try (StepLog log = new StepLog("base/a", file, events::add)) {
      lines.forEach(line -> log.line(Channel.STDERR, line));
      assertThat(Files.readAllLines(file)).isEqualTo(lines);
      return log.tellingLines();
    }
  }

  private static List<String> numbered(String word, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      lines.add(word + " " + i);
    }
    return lines;
  }

  @Test
  void theEndTellsMost() throws IOException {
    assertThat(telling(numbered("line", 100))).isEqualTo(numbered("line", 100).subList(70, 100));
    assertThat(telling(numbered("line", 3))).isEqualTo(numbered("line", 3));
  }

  @Test
  void whereMakeGaveUpTellsMoreThanTheEndOfWhatStillRan() throws IOException {
    List<String> lines = numbered("before", 50);
    lines.add("tar: command not found");
    lines.add("make[2]: *** [Makefile:4166: install-headers-tar] Error 127");
    lines.add("make[2]: *** Waiting for unfinished jobs....");
    lines.addAll(numbered("after", 400));
    lines.add("make[1]: *** [Makefile:4790: install] Error 2");

    List<String> telling = telling(lines);

    assertThat(telling).hasSize(30);
    assertThat(telling.subList(17, 20))
        .containsExactly(
            "tar: command not found",
            "make[2]: *** [Makefile:4166: install-headers-tar] Error 127",
            "[... 392 lines of what still ran ...]");
    assertThat(telling.get(0)).isEqualTo("before 34");
    assertThat(telling.subList(20, 30)).isEqualTo(lines.subList(lines.size() - 10, lines.size()));
  }

  @Test
  void whatTheEndShowsAnywayIsNotShownTwice() throws IOException {
    List<String> lines = numbered("before", 50);
    lines.add("make[1]: *** [Makefile:1: all] Error 1");
    lines.addAll(numbered("after", 9));
    lines.add("make: *** [Makefile:1: all] Error 2");

    assertThat(telling(lines)).isEqualTo(lines.subList(lines.size() - 30, lines.size()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "make[1]: *** No rule to make target 'x.c', needed by 'x.o'.  Stop.",
        "make[1]: *** [Makefile:3: all] Killed",
        "/tools/bin/make[3]: *** [all] Segmentation fault (core dumped)"
      })
  void makeHasSeveralWaysToGiveUp(String last) throws IOException {
    List<String> lines = numbered("before", 50);
    lines.add(last);
    lines.addAll(numbered("after", 20));
    lines.add("make: *** [Makefile:1: all] Error 2");

    assertThat(telling(lines)).contains(last, "before 50", "[... 11 lines of what still ran ...]");
  }

  @Test
  void aMakeThatCallsNoOtherSaysNothingAtTheEnd() throws IOException {
    List<String> lines = numbered("before", 50);
    lines.add("make: *** [Makefile:1: all] Error 1");
    lines.add("make: *** Waiting for unfinished jobs....");
    lines.addAll(numbered("after", 100));

    assertThat(telling(lines)).contains("before 50", "[... 91 lines of what still ran ...]");
  }

  @Test
  void aMakeThatFailedAndWasDoneWithoutIsNotShown() throws IOException {
    List<String> lines = numbered("before", 50);
    lines.add("make: *** [Makefile:1: try] Error 1");
    lines.addAll(numbered("between", 100));
    List<String> withoutMake = new ArrayList<>(lines);
    lines.add("make[1]: *** [Makefile:2: all] Error 1");
    lines.addAll(numbered("after", 30));
    lines.add("make: *** [Makefile:1: all] Error 2");

    assertThat(telling(lines)).contains("between 100").doesNotContain("before 50");
    assertThat(telling(withoutMake)).isEqualTo(withoutMake.subList(121, 151));
  }
}
