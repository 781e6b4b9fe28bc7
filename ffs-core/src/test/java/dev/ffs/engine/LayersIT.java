package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Executor;
import dev.ffs.fixtures.Tarball;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a step did to the files of earlier ones, as later steps see it and as it is packed. */
@Tag("escape")
@Timeout(120)
class LayersIT {

  @TempDir Path directory;
  private Builds builds;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
    executor(directory.toRealPath()).ifPresent(other -> builds.executor = other);
  }

  /** Returns what runs the steps, if not this machine. */
  Optional<Executor> executor(Path in) {
    return Optional.empty();
  }

  /** Builds a first step, a second that changes what it made, and a third that looks. */
  private SortedMap<String, String> build(String first, String second, String look)
      throws Exception {
    String in = "cd \"$FFS_SYSROOT\"\n";
    Recipe recipe =
        recipe(
            List.of(),
            "early base",
            phase("early", Place.HOST, "cross", script("first", in + first)),
            phase(
                "base",
                Place.HOST,
                "cross",
                script("second", in + second),
                script("look", in + look, "second")));
    return Tarball.read(builds.tarball(recipe));
  }

  private List<String> seen() {
    return builds.lines("base/look");
  }

  @Test
  void whatIsDeletedIsGoneAndADirectoryMadeAnewIsEmpty() throws Exception {
    SortedMap<String, String> packed =
        build(
            "mkdir -p dir/below other; touch file dir/a dir/below/b other/c",
            "rm -r file dir; mkdir dir; touch dir/new; rm other/c",
            "find . -mindepth 1 | sort");

    assertThat(seen()).containsExactly("./dir", "./dir/new", "./other");
    assertThat(packed).containsOnlyKeys("dir", "dir/new", "other");
  }

  @Test
  void oneKindOfFileReplacesAnother() throws Exception {
    SortedMap<String, String> packed =
        build(
            "mkdir dir; touch dir/a; echo 1 >file; ln -s dir link",
            "rm -r dir; echo 2 >dir; rm file; mkdir file; touch file/a; rm link; mkdir link",
            "find . -mindepth 1 -printf '%P %y\\n' | sort");

    assertThat(seen()).containsExactly("dir f", "file d", "file/a f", "link d");
    assertThat(packed).containsOnlyKeys("dir", "file", "file/a", "link");
  }

  @Test
  void aDirectoryOfAnEarlierStepIsRenamed() throws Exception {
    SortedMap<String, String> packed =
        build(
            "mkdir -p old/deep; echo 1 >old/deep/file; ln -s deep old/link",
            "mv old new; mkdir old",
            "find . -mindepth 1 | sort; cat new/link/file");

    assertThat(seen())
        .containsExactly("./new", "./new/deep", "./new/deep/file", "./new/link", "./old", "1");
    assertThat(packed).containsOnlyKeys("new", "new/deep", "new/deep/file", "new/link", "old");
  }

  @Test
  void hardLinksStayWithinALayerAndContentAcross() throws Exception {
    SortedMap<String, String> packed =
        build(
            "echo 1 >a; ln a b",
            "ln a c; echo 2 >>b; echo 3 >d; ln d e",
            "cat a b c; stat -c %h d; [ d -ef e ] && echo linked");

    // As overlayfs has it: changing one name of a file of an earlier step parts it from the others.
    assertThat(seen()).containsExactly("1", "1", "2", "1", "2", "linked");
    assertThat(packed.get("d")).isEqualTo(packed.get("e")).contains("file 644 0:0 3\n");
    assertThat(packed.get("a")).contains("1\n").doesNotContain("2\n");
    assertThat(packed.get("b")).contains("1\n2\n");
    assertThat(packed.get("c")).contains("1\n").doesNotContain("2\n");
  }

  @Test
  void aFileThatItsOwnerMayNotReadKeepsItsModeUnderAllItsNames() throws Exception {
    SortedMap<String, String> packed =
        build(
            "for n in d b a c; do echo 1 >$n; chmod 4111 $n; ln $n $n.1; ln $n 0.$n; done",
            "touch x",
            "cat a");

    for (String name : List.of("a", "a.1", "0.a", "b", "b.1", "0.b", "c", "0.c", "d", "d.1")) {
      assertThat(packed.get(name)).startsWith("file 4111 0:0 1\n");
    }
  }

  @Test
  void modesAndSetUserIdBitsSurvive() throws Exception {
    SortedMap<String, String> packed =
        build(
            "touch su sg; mkdir sticky drop; chmod 4755 su; chmod 2711 sg; chmod 1777 sticky; chmod 2770 drop",
            "chmod 6755 su; ln sg sg2",
            "stat -c '%a %n' su sg sticky drop");

    assertThat(seen()).containsExactly("6755 su", "2711 sg", "1777 sticky", "2770 drop");
    assertThat(packed.get("su")).startsWith("file 6755 ");
    assertThat(packed.get("sg")).startsWith("file 2711 ");
    assertThat(packed.get("sticky")).contains(" 1777 ");
    assertThat(packed.get("drop")).contains(" 2770 ");
  }

  @Test
  void aSparseFileStaysSparse() throws Exception {
    build(
        "truncate -s 16M sparse; echo end >>sparse",
        "touch other",
        "stat -c %s sparse; [ \"$(stat -c %b sparse)\" -lt 2048 ] && echo sparse; tail -c 4 sparse");

    assertThat(seen()).containsExactly("16777220", "sparse", "end");
  }

  @Test
  void linksThatLeadNowhereOrInCirclesSurvive() throws Exception {
    SortedMap<String, String> packed =
        build(
            "ln -s loop loop; ln -s b a; ln -s a b; ln -s ../../../.. up; ln -s /etc/passwd out",
            "rm a; ln -s c a",
            "for f in *; do echo \"$f $(readlink $f)\"; done");

    assertThat(seen())
        .containsExactly("a c", "b a", "loop loop", "out /etc/passwd", "up ../../../..");
    assertThat(packed).containsOnlyKeys("a", "b", "loop", "out", "up");
  }

  @Test
  void namesOfAnyBytesSurvive() throws Exception {
    SortedMap<String, String> packed =
        build(
            "touch -- $'new\\nline' $'\\xff\\xfe' ' ' $'tab\\t' 'a\\b' -n $'gr\\xc3\\xbcn'; mkdir $'\\x80dir'",
            "echo 1 >$'\\xff\\xfe'; rm -- -n; touch $'\\x80dir/\\n'",
            "find . -mindepth 1 -print0 | sort -z | od -A n -c | tr -d ' \\n'; cat $'\\xff\\xfe'");

    assertThat(seen())
        .containsExactly(
            "./\\0./a\\b\\0./gr303274n\\0./new\\nline\\0./tab\\t\\0./200dir\\0./200dir/\\n\\0./377376\\01");
    assertThat(packed).hasSize(8).containsKeys("new\nline", " ", "tab\t", "a\\b", "grün");
  }

  @Test
  void nothingOfTheOverlayShows() throws Exception {
    build(
        "mkdir -p dir/below; touch dir/a file",
        "rm -r dir; mkdir dir; rm file; touch dir/b",
        """
        perl -e '
          use strict;
          sub list {
            my ($path) = @_;
            my $buffer = "\\0" x 4096;
            my $length = syscall(194, $path, $buffer, 4096);
            print "$path: ", $length < 0 ? "$!" : $length, "\\n";
          }
          list($_) for ("./", "./dir", "./dir/b");
        '
        find . -type c
        """);

    assertThat(seen()).containsExactly("./: 0", "./dir: 0", "./dir/b: 0");
  }
}
