package dev.ffs.examples.cli;

import dev.ffs.engine.Enclosure;
import picocli.CommandLine.Option;

/** What keeps steps from the rest of the machine. */
final class EnclosureOption {

  @Option(
      names = "--enclosure",
      paramLabel = "KIND",
      defaultValue = "namespaces",
      description = {
        "What keeps steps from the rest of this machine: namespaces, or none;",
        "default: ${DEFAULT-VALUE}."
      })
  String enclosure;

  /**
   * Returns the kind.
   *
   * @throws UsageException if there is no such kind
   */
  Enclosure kind() {
    return switch (enclosure) {
      case "namespaces" -> Enclosure.NAMESPACES;
      case "none" -> Enclosure.NONE;
      default ->
          throw new UsageException(
              "--enclosure must be namespaces or none, not '" + enclosure + "'");
    };
  }
}
