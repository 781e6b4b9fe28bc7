package dev.ffs.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the documents show is code that is compiled and tested, and what they name is there. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final Path README = ROOT.resolve("README.md");
  private static final Path WRITING_EXECUTORS = ROOT.resolve("docs/writing-executors.md");

  private static final Pattern SNIPPET =
      Pattern.compile("<!-- from (\\S+) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

  private static Stream<MatchResult> in(Path document, Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(document)).results();
  }

  private static Stream<String> sources(Path document) throws IOException {
    return in(document, SNIPPET).map(snippet -> snippet.group(1)).distinct();
  }

  /** Without indentation, which differs. */
  private static List<String> lines(String text) {
    return text.lines().map(String::strip).toList();
  }

  @TestFactory
  Stream<DynamicTest> snippetsStandInTheFileThatTheyName() throws IOException {
    return Stream.concat(in(README, SNIPPET), in(WRITING_EXECUTORS, SNIPPET))
        .map(
            snippet ->
                DynamicTest.dynamicTest(
                    snippet.group(1),
                    () ->
                        assertThat(lines(Files.readString(ROOT.resolve(snippet.group(1)))))
                            .containsSequence(lines(snippet.group(2)))));
  }

  @Test
  void thereAreSnippetsOfARecipeInBothFormsAndOfAProgram() throws IOException {
    assertThat(sources(README))
        .containsExactly(
            "recipes/tiny/phases/tools.yaml",
            "ffs-examples/src/main/java/dev/ffs/examples/TinyRecipe.java",
            "ffs-examples/src/main/java/dev/ffs/examples/EmbeddedBuild.java");
  }

  @Test
  void thereAreSnippetsOfAnExecutorAndOfItsTest() throws IOException {
    assertThat(sources(WRITING_EXECUTORS))
        .containsExactly(
            "ffs-examples/src/main/java/dev/ffs/examples/SshExecutor.java",
            "ffs-core/src/main/resources/dev/ffs/exec/remote/run.sh",
            "ffs-core/src/main/java/dev/ffs/exec/lxd/LxdExecutor.java",
            "ffs-examples/src/test/java/dev/ffs/examples/SshExecutorIT.java",
            "ffs-examples/src/main/java/dev/ffs/examples/EmbeddedBuild.java");
  }

  @Test
  void whatIsLinkedIsThere() throws IOException {
    for (Path document : List.of(README, WRITING_EXECUTORS)) {
      assertThat(in(document, LINK).map(link -> document.resolveSibling(link.group(1))))
          .isNotEmpty()
          .allSatisfy(path -> assertThat(path).exists());
    }
  }
}
