package dev.ffs.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.HardLink;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchiveEntryTest {

  private final ArchiveEntry entry = new ArchiveEntry("a/b", new Directory(), 0755, 1, 2, 3);

  @Test
  void copiesDifferInOneThing() {
    assertThat(entry.withMode(04711))
        .isEqualTo(new ArchiveEntry("a/b", new Directory(), 04711, 1, 2, 3));
    assertThat(entry.withOwner(7, 8))
        .isEqualTo(new ArchiveEntry("a/b", new Directory(), 0755, 7, 8, 3));
  }

  @Test
  void pathsThatCouldLeadElsewhereAreRefused() {
    for (String path :
        List.of("", "/", "/a", "a/", "a//b", ".", "./a", "a/./b", "..", "a/../b", "a\0")) {
      assertThatThrownBy(() -> new ArchiveEntry(path, new Directory(), 0, 0, 0, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("not a path of an archive: '" + path + "'");
      assertThatThrownBy(() -> new HardLink(path)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void oneNameIsOneString() {
    // The bytes of ü, needlessly escaped.
    assertThat(new ArchiveEntry("\udcc3\udcbc", new Directory(), 0, 0, 0, 0).path()).isEqualTo("ü");
  }

  @Test
  void modesAndOwnersAreInRange() {
    assertThatThrownBy(() -> entry.withMode(010000)).hasMessage("a/b: not a mode: 10000");
    assertThatThrownBy(() -> entry.withMode(-1)).hasMessage("a/b: not a mode: 37777777777");
    assertThatThrownBy(() -> entry.withOwner(-1, 0)).hasMessage("a/b: owners are never negative");
    assertThatThrownBy(() -> entry.withOwner(0, -1)).hasMessage("a/b: owners are never negative");
  }

  @Test
  void linksPointSomewhere() {
    assertThat(new SymbolicLink("../x//y/").target()).isEqualTo("../x//y/");
    assertThatThrownBy(() -> new SymbolicLink("")).hasMessage("not the target of a link: ''");
    assertThatThrownBy(() -> new SymbolicLink("\0")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void filesHaveASize() {
    assertThatThrownBy(() -> new RegularFile(-1, InputStream::nullInputStream, null))
        .hasMessage("a file of -1 bytes");
  }
}
