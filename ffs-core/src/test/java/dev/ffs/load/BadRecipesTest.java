package dev.ffs.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bad recipe of the corpus gives exactly the message that is recorded beside it. */
class BadRecipesTest {

  @TempDir Path directory;

  static List<String> cases() throws IOException {
    return Corpus.cases("text", "files", "structure", "rules");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void badRecipeGivesItsMessage(String name) throws IOException {
    Path recipe = Corpus.lay(name, directory);

    Golden.assertMessage(recipe, directory, Corpus.BAD.resolve(name).resolve(Corpus.EXPECTED));
  }

  @Test
  void corpusIsAsBigAsItShouldBe() throws IOException {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(60);
  }
}
