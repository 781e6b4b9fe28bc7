package dev.ffs.load;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Bad recipes that cannot be committed as files; their messages are recorded like the others'. */
class GeneratedBadRecipesTest {

  @TempDir Path directory;
  private Path recipe;
  private Path target;

  @BeforeEach
  void startWithTheGoodRecipe() throws IOException {
    recipe = Corpus.layGood(directory);
    target = recipe.resolve("targets/arm-64bit.yaml");
  }

  /** JUnit warns of links that it deletes if they lead out of its directory. */
  @AfterEach
  void removeTheLink() throws IOException {
    if (Files.isSymbolicLink(target)) {
      Files.delete(target);
    }
  }

  private void assertRefused(TestInfo test) throws IOException {
    String name = test.getTestMethod().orElseThrow().getName();
    Golden.assertMessage(
        recipe, directory, Corpus.BAD.resolve("generated").resolve(name).resolve(Corpus.EXPECTED));
  }

  private static void enlarge(Path file, long size) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(size);
    }
  }

  private static void replace(Path file, Path linkTo) throws IOException {
    Files.delete(file);
    Files.createSymbolicLink(file, linkTo);
  }

  @Test
  void fileOf50Megabytes(TestInfo test) throws IOException {
    enlarge(target, 50L * 1024 * 1024);

    assertRefused(test);
  }

  @Test
  void patchOf50Megabytes(TestInfo test) throws IOException {
    enlarge(directory.resolve("recipes/patches/gcc-paths.patch"), 50L * 1024 * 1024);

    assertRefused(test);
  }

  @Test
  void listsNestedTenThousandDeep(TestInfo test) throws IOException {
    Files.writeString(target, "cflags: " + "[".repeat(10_000) + "]".repeat(10_000) + "\n");

    assertRefused(test);
  }

  @Test
  void mappingsNestedTenThousandDeep(TestInfo test) throws IOException {
    Files.writeString(target, "{a: ".repeat(10_000) + "}".repeat(10_000) + "\n");

    assertRefused(test);
  }

  @Test
  void listItemsNestedTenThousandDeep(TestInfo test) throws IOException {
    Files.writeString(target, "cflags:\n" + "- ".repeat(10_000) + "x\n");

    assertRefused(test);
  }

  @Test
  void latin1(TestInfo test) throws IOException {
    Path file = recipe.resolve("recipe.yaml");
    String text = Files.readString(file).replace("without faults", "f\u00fcr alle");
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);

    assertRefused(test);
  }

  @Test
  void patchInLatin1(TestInfo test) throws IOException {
    Path file = directory.resolve("recipes/patches/gcc-paths.patch");
    Files.writeString(
        file, "--- a/AUTHORS\n+++ b/AUTHORS\n+Ren\u00e9\n", StandardCharsets.ISO_8859_1);

    assertRefused(test);
  }

  @Test
  void utf16(TestInfo test) throws IOException {
    Files.writeString(target, "\uFEFF" + Files.readString(target), StandardCharsets.UTF_16LE);

    assertRefused(test);
  }

  @Test
  void zeroBytes(TestInfo test) throws IOException {
    Files.write(target, new byte[100]);

    assertRefused(test);
  }

  @Test
  void directoriesInPlaceOfFiles(TestInfo test) throws IOException {
    for (String name :
        new String[] {
          "good/recipe.yaml",
          "good/sources.yaml",
          "good/targets/arm-64bit.yaml",
          "good/phases/fchroot.yaml",
        }) {
      Path file = directory.resolve("recipes").resolve(name);
      Files.delete(file);
      Files.createDirectory(file);
    }

    assertRefused(test);
  }

  @Test
  void directoryInPlaceOfAPatch(TestInfo test) throws IOException {
    Path file = directory.resolve("recipes/patches/gcc-paths.patch");
    Files.delete(file);
    Files.createDirectory(file);

    assertRefused(test);
  }

  @Test
  void filesInPlaceOfDirectories(TestInfo test) throws IOException {
    Corpus.delete(recipe.resolve("targets"));
    Files.writeString(recipe.resolve("targets"), "arm-64bit\n");

    assertRefused(test);
  }

  @Test
  void fileInPlaceOfTheRecipe(TestInfo test) throws IOException {
    Corpus.delete(recipe);
    Files.writeString(recipe, "recipe: good\n");

    assertRefused(test);
  }

  @Test
  void linkThatLeadsToItself(TestInfo test) throws IOException {
    replace(target, Path.of("arm-64bit.yaml"));

    assertRefused(test);
  }

  @Test
  void linkThatLeadsNowhere(TestInfo test) throws IOException {
    replace(target, Path.of("gone.yaml"));

    assertRefused(test);
  }

  @Test
  void device(TestInfo test) throws IOException {
    replace(target, Path.of("/dev/zero"));

    assertRefused(test);
  }

  @Test
  void fileThatFailsToBeRead(TestInfo test) throws IOException {
    // The first page of a process is never mapped: reading it is an error even for root.
    replace(target, Path.of("/proc/self/mem"));

    assertRefused(test);
  }

  @Test
  void fileWithoutPermission(TestInfo test) throws IOException {
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(target), "this user may read everything");

    assertRefused(test);
  }
}
