package dev.ffs.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.archive.ArchiveEntry.Device;
import dev.ffs.archive.ArchiveEntry.Directory;
import dev.ffs.archive.ArchiveEntry.Fifo;
import dev.ffs.archive.ArchiveEntry.RegularFile;
import dev.ffs.archive.ArchiveEntry.SymbolicLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trees of a real file system, checked by the system's own tools. */
@Timeout(120)
class TreeEntriesIT {

  @TempDir private Path scratch;
  private Path tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree = Files.createDirectory(scratch.resolve("tree"));
  }

  @Test
  void allKindsAreFound() throws Exception {
    Files.writeString(tree.resolve("file"), "text");
    Files.createDirectories(tree.resolve("d/e"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("../x"));
    sh("mkfifo -m 600 pipe; chmod 4711 file; chmod 1777 d; touch -d @1000000000 file");

    List<ArchiveEntry> entries = TreeEntries.of(tree);

    assertThat(entries)
        .extracting(ArchiveEntry::path)
        .containsExactly("d", "d/e", "file", "link", "pipe");
    assertThat(entries.get(0).body()).isInstanceOf(Directory.class);
    assertThat(entries.get(0).mode()).isEqualTo(01777);
    assertThat(entries.get(2).mode()).isEqualTo(04711);
    assertThat(entries.get(2).mtime()).isEqualTo(1_000_000_000);
    assertThat(entries.get(2).uid()).isEqualTo(number(sh("id -u")));
    assertThat(entries.get(2).gid()).isEqualTo(number(sh("stat -c %g file")));
    RegularFile file = (RegularFile) entries.get(2).body();
    assertThat(file.size()).isEqualTo(4);
    assertThat(file.identity()).isNull();
    try (InputStream in = file.content().open()) {
      assertThat(in).hasContent("text");
    }
    assertThat(entries.get(3).body()).isEqualTo(new SymbolicLink("../x"));
    assertThat(entries.get(4).body()).isEqualTo(new Fifo());
    assertThat(entries.get(4).mode()).isEqualTo(0600);
  }

  @Test
  void devicesKeepTheirNumbers() throws Exception {
    sh("mknod c c 1 3 && mknod b b 4095 1048575 || true");
    assumeTrue(Files.exists(tree.resolve("b")), "only root makes devices");

    assertThat(TreeEntries.of(tree))
        .extracting(ArchiveEntry::body)
        .containsExactly(new Device(true, 4095, 1048575), new Device(false, 1, 3));
  }

  @Test
  void namesOfOneFileHaveOneIdentity() throws IOException {
    Files.writeString(tree.resolve("b"), "text");
    Files.createLink(tree.resolve("a"), tree.resolve("b"));
    Files.writeString(tree.resolve("c"), "text");
    Files.createLink(tree.resolve("d"), tree.resolve("c"));

    List<String> identities =
        TreeEntries.of(tree).stream().map(e -> ((RegularFile) e.body()).identity()).toList();

    assertThat(identities).doesNotContainNull().hasSize(4);
    assertThat(identities.get(0)).isEqualTo(identities.get(1));
    assertThat(identities.get(2)).isEqualTo(identities.get(3)).isNotEqualTo(identities.get(0));
  }

  @Test
  void targetsOfLinksAreAsTheyStand() throws Exception {
    sh("ln -s tree/ a; ln -s /usr b; ln -s / c; ln -s ./x/../y// d; ln -s . e; ln -s /usr/ f");

    assertThat(TreeEntries.of(tree))
        .extracting(e -> ((SymbolicLink) e.body()).target())
        .containsExactly("tree/", "/usr", "/", "./x/../y//", ".", "/usr/");
    sh("rm ?"); // JUnit warns of links that lead out of its directory.
  }

  @Test
  void namesMayBeAnyBytesInEachLocale() throws Exception {
    Files.writeString(Path.of(URI.create(tree.toUri() + "b%FF%20%0A")), "text");
    sh("ln -s \"$(printf '\\351')\" link; mkdir ü; touch ü/🐧");

    String expected =
        "[62, ff, 20, 0a] [6c, 69, 6e, 6b] -> [e9] [c3, bc] [c3, bc, 2f, f0, 9f, 90, a7] ";

    for (String locale : List.of("C", "POSIX", "C.UTF-8")) {
      String found =
          run(
              List.of(
                  java(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Listing.class.getName(),
                  tree.toString()),
              Map.of("LC_ALL", locale));
      assertThat(found).as(locale).isEqualTo(expected);
    }
  }

  /** Runs in a Java of another locale. */
  static final class Listing {
    private Listing() {}

    public static void main(String[] arguments) throws IOException {
      for (ArchiveEntry entry : TreeEntries.of(Path.of(arguments[0]))) {
        System.out.print(hex(entry.path()) + " ");
        if (entry.body() instanceof SymbolicLink link) {
          System.out.print("-> " + hex(link.target()) + " ");
        }
      }
    }

    private static String hex(String name) {
      return HexFormat.ofDelimiter(", ")
          .withPrefix("")
          .formatHex(Names.encode(name))
          .transform(h -> "[" + h + "]");
    }
  }

  @Test
  void aLinkToTheRootIsFollowedAndNoOther() throws Exception {
    Files.createDirectory(tree.resolve("d"));
    Files.writeString(tree.resolve("d/f"), "");
    Files.createSymbolicLink(tree.resolve("l"), Path.of("d"));
    Path link = Files.createSymbolicLink(scratch.resolve("link"), tree);

    assertThat(TreeEntries.of(link))
        .extracting(ArchiveEntry::path)
        .containsExactly("d", "d/f", "l");
  }

  @Test
  void whatIsNoDirectoryIsRefused() throws IOException {
    Path file = Files.writeString(tree.resolve("file"), "");

    assertThatThrownBy(() -> TreeEntries.of(file))
        .isInstanceOf(NotDirectoryException.class)
        .hasMessage(file.toString());
  }

  @Test
  void aSocketIsRefused() throws IOException {
    Path socket = tree.resolve("socket");
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));

      assertThatThrownBy(() -> TreeEntries.of(tree))
          .isInstanceOf(IOException.class)
          .hasMessage(socket.toRealPath() + ": a socket cannot be archived; remove it");
    }
  }

  @Test
  void gnuTarUnpacksWhatWasWritten() throws Exception {
    String deep = ("d".repeat(90) + "/").repeat(4);
    Files.createDirectories(tree.resolve(deep));
    Files.writeString(tree.resolve(deep + "f".repeat(255)), "deep");
    Files.createSymbolicLink(tree.resolve("long link"), Path.of("x/".repeat(150) + "ü"));
    Files.writeString(tree.resolve("new\nline"), "");
    Files.writeString(Path.of(URI.create(tree.toUri() + "%FF" + "%E9".repeat(120))), "bytes");
    Files.writeString(tree.resolve("ünï🐧"), "unicode");
    Files.writeString(tree.resolve("-dash"), "dash");
    Files.writeString(tree.resolve(deep + "one"), "hard");
    Files.createLink(tree.resolve("another"), tree.resolve(deep + "one"));
    sh(
        "mkfifo pipe; truncate -s 64M sparse; echo end >> sparse; chmod 4755 ./-dash; mkdir -m 2750 e");

    for (Compression compression : Compression.values()) {
      Path archive = scratch.resolve("a" + compression.suffix());
      Path unpacked = Files.createDirectory(scratch.resolve("from" + compression.suffix()));
      write(tree, compression, archive);

      assertThat(
              run(List.of("tar", "-xpf", archive.toString(), "-C", unpacked.toString()), Map.of()))
          .isEmpty();

      String list = "find . -mindepth 1 -printf '%p %y %m %s %l\\0' | sort -z | tr '\\0' '\\n'";
      assertThat(sh(unpacked, "stat -c %Y ./* | sort -u").strip()).isEqualTo("1700000000");
      assertThat(sh(unpacked, withoutSizeOfDirectories(list)))
          .isEqualTo(sh(tree, withoutSizeOfDirectories(list)))
          .contains("ünï🐧", "\nline");
      run(
          List.of(
              "diff",
              "-r",
              "--no-dereference",
              tree + "/d" + "d".repeat(89),
              unpacked + "/d" + "d".repeat(89)),
          Map.of());
      run(List.of("cmp", tree + "/sparse", unpacked + "/sparse"), Map.of());
      assertThat(Files.isSameFile(unpacked.resolve("another"), unpacked.resolve(deep + "one")))
          .isTrue();
    }
  }

  private static String withoutSizeOfDirectories(String list) {
    return list.replace("%m %s", "%m") + "; find . -type f -printf '%s\\n' | sort";
  }

  @Test
  void equalTreesGiveEqualBitsHoweverTheyWereMade() throws Exception {
    Path other = Files.createDirectory(scratch.resolve("other"));
    String[] steps = {
      "mkdir -p usr/bin", "echo a > usr/bin/a", "echo b > usr/bin/b; chmod 755 usr/bin/b",
      "mkdir etc", "echo c > etc/c", "ln -s b usr/bin/link"
    };
    for (String step : steps) {
      sh(tree, "umask 022; " + step);
    }
    sh(tree, "ln etc/c usr/bin/hard");
    for (int i : new int[] {0, 3, 2, 5, 1}) {
      sh(other, "umask 077; " + steps[i]);
    }
    // The other name first, and another umask, healed afterwards.
    sh(other, "echo c > usr/bin/hard; ln usr/bin/hard etc/c; chmod -R go=u-w .; touch -d @5 etc/c");
    Files.setLastModifiedTime(other.resolve("usr"), FileTime.from(7, TimeUnit.SECONDS));

    Path first = scratch.resolve("first.tar.xz");
    Path second = scratch.resolve("second.tar.xz");
    write(tree, Compression.XZ, first);
    write(other, Compression.XZ, second);

    assertThat(second).hasSameBinaryContentAs(first);
  }

  private static void write(Path from, Compression compression, Path archive) throws IOException {
    try (OutputStream out = Files.newOutputStream(archive)) {
      ReproducibleTar.write(TreeEntries.of(from), 1_700_000_000, compression, out);
    }
  }

  private static long number(String text) {
    return Long.parseLong(text.strip());
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private String sh(String script) throws Exception {
    return sh(tree, script);
  }

  private static String sh(Path directory, String script) throws Exception {
    return run(List.of("sh", "-ec", "cd \"$1\"; " + script, "sh", directory.toString()), Map.of());
  }

  private static String run(List<String> argv, Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(argv)).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(argv + ": " + output).isZero();
    return output;
  }
}
