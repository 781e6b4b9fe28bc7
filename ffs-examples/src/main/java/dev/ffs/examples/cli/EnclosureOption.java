package dev.ffs.examples.cli;

import dev.ffs.engine.Enclosure;
import java.util.List;
import picocli.CommandLine.Option;

/** What keeps steps from the rest of the machine. */
final class EnclosureOption {

  private static final String USUAL = "namespaces";

  @Option(
      names = "--enclosure",
      paramLabel = "KIND",
      defaultValue = USUAL,
      description = {
        "What keeps steps from the rest of this machine: namespaces, or none;",
        "default: ${DEFAULT-VALUE}."
      })
  String enclosure;

  /** Returns the words that say the same to another command: none for what is usual. */
  List<String> words() {
    return enclosure.equals(USUAL) ? List.of() : List.of("--enclosure", enclosure);
  }

  /**
   * Returns the kind.
   *
   * @throws UsageException if there is no such kind
   */
  Enclosure kind() {
    return switch (enclosure) {
      case USUAL -> Enclosure.NAMESPACES;
      case "none" -> Enclosure.NONE;
      default ->
          throw new UsageException(
              "--enclosure must be namespaces or none, not '" + enclosure + "'");
    };
  }
}
