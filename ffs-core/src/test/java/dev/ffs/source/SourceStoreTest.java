package dev.ffs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.lock.PathLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceStoreTest {

  private static final byte[] CONTENT = Samples.bytes(1, 1000);
  private static final String SHA256 = Samples.sha256(CONTENT);

  @TempDir Path directory;
  private SourceStore store;

  @BeforeEach
  void makeStore() {
    store = new SourceStore(directory.resolve("store"));
  }

  private Path putByHand(byte[] content) throws IOException {
    Path file = store.fileFor(SHA256, "a-1.tar.gz");
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return file;
  }

  @Test
  void anArchiveStandsBelowItsDigest() {
    assertThat(store.fileFor(SHA256, "a-1.tar.gz"))
        .isEqualTo(directory.resolve("store").resolve(SHA256).resolve("a-1.tar.gz"));
    assertThat(new SourceStore(Path.of("x")).directory()).isAbsolute();
  }

  @Test
  void namesOfItsOwnAreNotGivenToArchives() {
    assertThat(store.fileFor(SHA256, "").getFileName()).hasToString("archive");
    assertThat(store.fileFor(SHA256, ".part").getFileName()).hasToString("archive.part");
    assertThat(store.fileFor(SHA256, "..").getFileName()).hasToString("archive..");
  }

  @Test
  void refusesWhatIsNoDigestAndNoName() {
    assertThatThrownBy(() -> store.fileFor("../x", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a SHA-256 in lower case: ../x");
    assertThatThrownBy(() -> store.fileFor(SHA256, "a/b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a file name without a slash is needed: a/b");
  }

  @Test
  void findsNothingInAnEmptyStoreAndMakesNothing() throws Exception {
    assertThat(store.find(SHA256)).isEmpty();
    assertThat(store.directory()).doesNotExist();
  }

  @Test
  void findsWhatWasPutThereByHandUnderAnyName() throws Exception {
    Path file = putByHand(CONTENT);
    Path other = file.resolveSibling("other name.tar.gz");
    Files.move(file, other);

    assertThat(store.find(SHA256)).contains(other);
  }

  @Test
  void followsALinkThatWasPutThere() throws Exception {
    Path elsewhere = Files.write(directory.resolve("elsewhere"), CONTENT);
    Path link = store.fileFor(SHA256, "a-1.tar.gz");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, elsewhere);

    assertThat(store.find(SHA256)).contains(link);
  }

  @Test
  void leavesItsOwnFilesAndDirectoriesAside() throws Exception {
    Path file = putByHand(CONTENT);
    Files.move(file, file.resolveSibling(".part"));
    Files.createDirectory(file);

    assertThat(store.find(SHA256)).isEmpty();
  }

  @Test
  void readsAFileOnlyOnceUntilItChanges() throws Exception {
    Path file = putByHand(CONTENT);
    Path stamp = file.resolveSibling(".verified");
    store.find(SHA256);
    FileTime first = Files.getLastModifiedTime(stamp);

    assertThat(store.find(SHA256)).contains(file);
    assertThat(Files.getLastModifiedTime(stamp)).isEqualTo(first);

    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    assertThat(store.find(SHA256)).contains(file);
    assertThat(Files.getLastModifiedTime(stamp)).isGreaterThan(first);
  }

  @Test
  void aStampFromBeforeTheFileChangedForTheLastTimeIsNotBelieved() throws Exception {
    Path file = putByHand(CONTENT);
    Path stamp = file.resolveSibling(".verified");
    store.find(SHA256);
    Files.setLastModifiedTime(stamp, FileTime.fromMillis(1));

    assertThat(store.find(SHA256)).contains(file);

    assertThat(Files.getLastModifiedTime(stamp)).isGreaterThan(FileTime.fromMillis(1));
  }

  @Test
  void aDamagedFileIsSetAside() throws Exception {
    Path file = putByHand(CONTENT);
    assertThat(store.find(SHA256)).contains(file);
    byte[] damaged = CONTENT.clone();
    damaged[500] ^= 1;
    FileTime modified = Files.getLastModifiedTime(file);
    Files.write(file, damaged);
    // Same size, same inode, and even the time of the last change put back.
    Files.setLastModifiedTime(file, modified);
    List<Path> told = new ArrayList<>();

    assertThat(
            store.find(
                SHA256,
                (from, to) -> {
                  told.add(from);
                  told.add(to);
                }))
        .isEmpty();

    assertThat(told).containsExactly(file, file.resolveSibling(".bad"));
    assertThat(file).doesNotExist();
    assertThat(file.resolveSibling(".bad")).hasBinaryContent(damaged);
    assertThat(store.find(SHA256)).isEmpty();
  }

  @Test
  void aShortFileIsSetAsideAndAGoodOneBesideItFound() throws Exception {
    Path file = putByHand(new byte[0]);
    Path good = Files.write(file.resolveSibling("b"), CONTENT);

    assertThat(store.find(SHA256)).contains(good);
    assertThat(file).doesNotExist();
  }

  @Test
  void publishesByRename() throws Exception {
    try (PathLock lock = store.lock(SHA256, () -> {})) {
      assertThat(lock).isNotNull();
      Path part = Files.write(store.partFor(SHA256), CONTENT);
      Path file = store.publish(SHA256, "a-1.tar.gz", part);

      assertThat(file).hasBinaryContent(CONTENT);
      assertThat(part).doesNotExist();
    }
    assertThat(store.find(SHA256)).isPresent();
  }

  @Test
  void aThreadMayTakeItsLockAgain() throws Exception {
    try (PathLock outer = store.lock(SHA256, () -> {});
        PathLock inner = store.lock(SHA256, () -> {})) {
      assertThat(inner).isSameAs(outer);
    }
  }
}
