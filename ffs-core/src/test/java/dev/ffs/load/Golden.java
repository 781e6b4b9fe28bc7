package dev.ffs.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.diagnostic.DiagnosticException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares messages with those that are recorded.
 *
 * <p>With {@code -Dgolden.update=true} the messages are recorded instead; read each difference that
 * this makes as a user would, before you commit it.
 */
final class Golden {

  private Golden() {}

  /** Loads a bad recipe below a directory and compares the whole message. */
  static void assertMessage(Path recipe, Path directory, Path expected) throws IOException {
    DiagnosticException thrown =
        catchThrowableOfType(DiagnosticException.class, () -> new RecipeLoader().load(recipe));
    assertThat(thrown).as("the loader refuses " + recipe).isNotNull();
    String message = thrown.getMessage().replace(directory + "/", "") + "\n";
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(expected.getParent());
      Files.writeString(expected, message);
    }
    assertThat(message).isEqualTo(Files.readString(expected));
  }
}
