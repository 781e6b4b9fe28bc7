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

/** What the README shows is code that is compiled and tested, and what it names is there. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..");

  private static final Pattern SNIPPET =
      Pattern.compile("<!-- from (\\S+) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

  private static Stream<MatchResult> inReadme(Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(ROOT.resolve("README.md"))).results();
  }

  /** Without indentation, which differs. */
  private static List<String> lines(String text) {
    return text.lines().map(String::strip).toList();
  }

  @TestFactory
  Stream<DynamicTest> snippetsStandInTheFileThatTheyName() throws IOException {
    return inReadme(SNIPPET)
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
    assertThat(inReadme(SNIPPET).map(snippet -> snippet.group(1)))
        .containsExactly(
            "recipes/tiny/phases/tools.yaml",
            "ffs-examples/src/main/java/dev/ffs/examples/TinyRecipe.java",
            "ffs-examples/src/main/java/dev/ffs/examples/EmbeddedBuild.java");
  }

  @Test
  void whatIsLinkedIsThere() throws IOException {
    assertThat(inReadme(LINK).map(link -> ROOT.resolve(link.group(1))))
        .isNotEmpty()
        .allSatisfy(path -> assertThat(path).exists());
  }
}
