package dev.ffs.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * The recipes of the tests: a good one, and bad ones that differ from it in a few files.
 *
 * <p>A case is a directory {@code bad-recipes/KIND/CASE}. Its files are laid over the good recipe;
 * {@code delete.txt} lists what is taken away from it, and {@code expected.txt} is the whole
 * message that the loader must give. The kinds say what else must be so:
 *
 * <ul>
 *   <li>{@code text}: no YAML of the plain kind, so the JSON Schema is not asked;
 *   <li>{@code structure}: the JSON Schema refuses one of the files as well;
 *   <li>{@code rules} and {@code files}: what is wrong is not in one file, or beyond what a schema
 *       can say; it accepts each file;
 *   <li>{@code generated}: made by {@link GeneratedBadRecipesTest}, because it cannot be committed.
 * </ul>
 */
final class Corpus {

  static final Path RESOURCES = Path.of("src", "test", "resources");
  static final Path GOOD = RESOURCES.resolve("good-recipe");
  static final Path BAD = RESOURCES.resolve("bad-recipes");
  static final String EXPECTED = "expected.txt";

  private static final String DELETE = "delete.txt";

  private Corpus() {}

  /** Returns the cases of some kinds as {@code KIND/CASE}, sorted. */
  static List<String> cases(String... kinds) throws IOException {
    try (Stream<String> names = Stream.of(kinds).flatMap(Corpus::ofKind)) {
      return names.sorted().toList();
    }
  }

  private static Stream<String> ofKind(String kind) {
    try (Stream<Path> cases = Files.list(BAD.resolve(kind))) {
      return cases.map(path -> kind + "/" + path.getFileName()).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the directory {@code recipes} of a case, and returns the directory of its bad recipe. */
  static Path lay(String name, Path directory) throws IOException {
    Path recipe = layGood(directory);
    Path overlay = BAD.resolve(name);
    copy(overlay, directory.resolve("recipes"));
    Files.deleteIfExists(directory.resolve("recipes").resolve(EXPECTED));
    Path deletions = directory.resolve("recipes").resolve(DELETE);
    if (Files.exists(deletions)) {
      for (String file : Files.readAllLines(deletions)) {
        delete(directory.resolve("recipes").resolve(file));
      }
      delete(deletions);
    }
    return recipe;
  }

  static Path layGood(Path directory) throws IOException {
    copy(GOOD, directory.resolve("recipes"));
    return directory.resolve("recipes").resolve("good");
  }

  /** Returns the files of a case that a recipe may have. */
  static List<Path> yamlFiles(Path recipe) throws IOException {
    try (Stream<Path> files = Files.walk(recipe)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  static void delete(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
