package dev.ffs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ffs.fixtures.Tools;
import dev.ffs.plan.StepKey;
import dev.ffs.store.Manifest.Entry;
import dev.ffs.store.Manifest.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerStoreTest {

  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path directory;
  private Path root;
  private LayerStore store;

  @BeforeEach
  void open() throws IOException {
    root = directory.toRealPath().resolve("store");
    store = LayerStore.open(root);
  }

  /** JUnit cannot remove directories without permissions. */
  @AfterEach
  void clean() throws IOException {
    Trees.remove(root);
  }

  private static StepKey key(String script) {
    return new StepKey(new TreeMap<>(Map.of("script", script)));
  }

  private static void shell(Path where, String script) throws Exception {
    Tools.Result result = Tools.run(where, "bash", "-euc", script);
    assertThat(result.code()).as(result.output()).isZero();
  }

  /** Takes what a script makes as a layer. */
  private Layer commit(String key, String script) throws Exception {
    try (Workspace workspace = store.begin()) {
      shell(workspace.upper(), script);
      return store.commit(key(key), workspace);
    }
  }

  private List<Path> children(String name) throws IOException {
    try (var list = Files.list(root.resolve(name))) {
      return list.toList();
    }
  }

  @Test
  void whatWasCommittedIsFoundByItsKey() throws Exception {
    Layer layer = commit("one", "printf abc >file");

    assertThat(store.find(key("one"))).contains(layer);
    assertThat(store.find(key("two"))).isEmpty();
    assertThat(LayerStore.open(root).find(key("one"))).contains(layer);
    assertThat(layer.tree().resolve("file")).hasContent("abc");
    assertThat(layer.tree()).isEqualTo(root.resolve("layers/" + layer.digest() + "/tree"));
    assertThat(store.manifest(layer).digest()).isEqualTo(layer.digest());
    assertThat(root.resolve("keys").resolve(key("one").digest()))
        .hasContent(layer.digest() + "\nscript\tone\n");
    assertThat(children("running")).isEmpty();
  }

  @Test
  void withHowManyJobsALayerWasMadeStandsBesideItsKey() throws Exception {
    commit("unknown", "touch a");
    try (Workspace workspace = store.begin()) {
      store.commit(key("known"), OptionalInt.of(7), workspace, kept -> {});
    }

    assertThat(store.jobs(key("known"))).hasValue(7);
    assertThat(store.inputs(key("known").digest())).contains(key("known").inputs());
    assertThat(store.jobs(key("unknown"))).isEmpty();
    assertThat(store.jobs(key("never made"))).isEmpty();
  }

  @Test
  void everyKindOfFileIsInTheManifest() throws Exception {
    Layer layer =
        commit(
            "all",
            """
            umask 022
            mkdir -p bin empty d/e
            printf abc >bin/su; chmod 4755 bin/su
            ln bin/su bin/sg
            : >bin/sh
            ln -s sh bin/ash
            ln -s /no/such/place dangling
            ln -s loop loop
            mkfifo -m 0620 pipe
            printf abc >d/e/secret; chmod 0000 d/e/secret
            mkdir -m 1777 tmp
            mkdir -m 2755 mail
            """);

    assertThat(store.manifest(layer).entries())
        .containsExactly(
            new Entry(Kind.DIRECTORY, 0755, 0, "", "bin"),
            new Entry(Kind.SYMBOLIC_LINK, 0, 0, "sh", "bin/ash"),
            new Entry(Kind.FILE, 04755, 3, SHA256_OF_ABC, "bin/sg"),
            new Entry(Kind.FILE, 0644, 0, StepKey.sha256(""), "bin/sh"),
            new Entry(Kind.HARD_LINK, 0, 0, "bin/sg", "bin/su"),
            new Entry(Kind.DIRECTORY, 0755, 0, "", "d"),
            new Entry(Kind.DIRECTORY, 0755, 0, "", "d/e"),
            new Entry(Kind.FILE, 0, 3, SHA256_OF_ABC, "d/e/secret"),
            new Entry(Kind.SYMBOLIC_LINK, 0, 0, "/no/such/place", "dangling"),
            new Entry(Kind.DIRECTORY, 0755, 0, "", "empty"),
            new Entry(Kind.SYMBOLIC_LINK, 0, 0, "loop", "loop"),
            new Entry(Kind.DIRECTORY, 02755, 0, "", "mail"),
            new Entry(Kind.FIFO, 0620, 0, "", "pipe"),
            new Entry(Kind.DIRECTORY, 01777, 0, "", "tmp"));
  }

  @Test
  void oddNamesAreKept() throws Exception {
    Layer layer = commit("odd", "touch $'a\\tb' $'a\\nb' 'a\\b' ü ' '; ln -s $'x\\ny' link");

    assertThat(store.manifest(layer).entries())
        .extracting(Entry::path)
        .containsExactly(" ", "a\tb", "a\nb", "a\\b", "link", "ü");
    assertThat(store.manifest(layer).entries()).extracting(Entry::value).contains("x\ny");
  }

  @Test
  void aNameThatIsNoTextIsKeptByteForByte() throws Exception {
    Layer layer = commit("bytes", "mkdir d; touch $'d/a\\xffb' $'d/a\\xfeb'");

    // A byte that is not UTF-8 stands as the lone surrogate U+DC00 + byte.
    assertThat(store.manifest(layer).entries())
        .extracting(Entry::path)
        .containsExactly("d", "d/a\udcfeb", "d/a\udcffb");
  }

  @Test
  void aSocketIsRefusedByName() {
    Tools.require("python3");

    assertThatThrownBy(
            () ->
                commit(
                    "socket",
                    "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('s')\""))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("/s: a socket cannot be archived; remove it");
  }

  @Test
  void aDeviceIsRefused() throws Exception {
    try (Workspace workspace = store.begin()) {
      Tools.Result made = Tools.run(workspace.upper(), "mknod", "null", "c", "1", "3");
      assumeTrue(made.code() == 0, "only root may make devices");

      assertThatThrownBy(() -> store.commit(key("device"), workspace))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("/null is a device, which a step cannot make");
    }
  }

  @Test
  void stepsWithEqualContentShareOneLayer() throws Exception {
    String script = "mkdir d; printf abc >d/file";
    Layer first = commit("one", script);
    Layer second = commit("two", "mkdir d; printf ab >d/file; printf c >>d/file");
    Layer other = commit("three", script + "; chmod 600 d/file");

    assertThat(second).isEqualTo(first);
    assertThat(other.digest()).isNotEqualTo(first.digest());
    assertThat(children("layers")).hasSize(2);
    assertThat(children("keys")).hasSize(3);
    assertThat(store.find(key("one"))).isEqualTo(store.find(key("two"))).contains(first);
    assertThat(children("running")).isEmpty();
  }

  @Test
  void timesDoNotCount() throws Exception {
    Layer first = commit("one", "touch -d @1 file");
    Layer second = commit("two", "touch -d @2 file");

    assertThat(second.digest()).isEqualTo(first.digest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "\n",
        "..\n",
        "\u0000\u0000\u0000\n",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
        "keys/../one\n"
      })
  void aDamagedKeyIsAsGoodAsNone(String text) throws Exception {
    Layer layer = commit("one", "touch a");
    Files.writeString(root.resolve("keys").resolve(key("one").digest()), text);

    assertThat(store.find(key("one"))).isEmpty();
    assertThat(commit("one", "touch a")).isEqualTo(layer);
    assertThat(store.find(key("one"))).contains(layer);
  }

  @Test
  void aKeyOfRandomBytesIsAsGoodAsNone() throws Exception {
    commit("one", "touch a");
    Files.write(
        root.resolve("keys").resolve(key("one").digest()), new byte[] {(byte) 0xff, 0, '\n'});

    assertThat(store.find(key("one"))).isEmpty();
  }

  @Test
  void aKeyThatCannotBeReadIsAnError() throws Exception {
    Path file = root.resolve("keys").resolve(key("one").digest());
    Files.createDirectory(file);

    assertThatThrownBy(() -> store.find(key("one")))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot read " + file + ": ");
  }

  @Test
  void aLayerWithoutManifestIsMadeAgain() throws Exception {
    Layer layer = commit("one", "touch a");
    Files.delete(layer.tree().resolveSibling("manifest"));
    Files.delete(layer.tree().resolve("a"));

    assertThat(store.find(key("one"))).isEmpty();
    assertThat(commit("one", "touch a")).isEqualTo(layer);
    assertThat(store.find(key("one"))).contains(layer);
    assertThat(layer.tree().resolve("a")).exists();
    assertThat(store.manifest(layer).entries()).hasSize(1);
  }

  @Test
  void aDamagedManifestIsNoticed() throws Exception {
    Layer layer = commit("one", "touch a");
    Path file = layer.tree().resolveSibling("manifest");
    String text = Files.readString(file);

    Files.writeString(file, text.replace("\ta\n", "\tb\n"));
    assertThatThrownBy(() -> store.manifest(layer))
        .isInstanceOf(StoreException.class)
        .hasMessageMatching(
            "layer " + layer.digest() + " is damaged: the digest of its manifest is [0-9a-f]{64}");

    Files.writeString(file, text.substring(0, 10));
    assertThatThrownBy(() -> store.manifest(layer))
        .isInstanceOf(StoreException.class)
        .hasMessage("layer " + layer.digest() + " is damaged: the manifest is cut short");

    Files.delete(file);
    assertThatThrownBy(() -> store.manifest(layer))
        .isInstanceOf(StoreException.class)
        .hasMessage("layer " + layer.digest() + " is damaged: it has no manifest");
  }

  @Test
  void aClosedWorkspaceIsGoneWithAllThatIsInIt() throws Exception {
    Workspace workspace = store.begin();
    shell(
        workspace.directory(),
        """
        mkdir -p overlay/work layer/tree/{a/b,c,d}; touch layer/tree/{a/b/f,c/f,d/f}
        ln -s / layer/tree/root
        chmod 0000 layer/tree/a/b layer/tree/a overlay/work
        chmod 0444 layer/tree/c
        chmod 0555 layer/tree/d
        """);

    workspace.close();

    assertThat(children("running")).isEmpty();
    assertThat(Path.of("/")).isNotEmptyDirectory();
  }

  @Test
  void whatWasBuiltCanBeDiscardedBeforeTheRest() throws Exception {
    try (Workspace workspace = store.begin()) {
      shell(workspace.directory(), "touch build/object overlay/x layer/tree/kept");

      workspace.discardBuild();

      assertThat(workspace.build()).doesNotExist();
      assertThat(workspace.overlay()).doesNotExist();
      assertThat(workspace.upper().resolve("kept")).exists();
    }
  }

  @Test
  void aFailedTreeIsKeptInPlaceOfTheLastOne() throws Exception {
    Path kept = null;
    for (String text : List.of("first", "second")) {
      try (Workspace workspace = store.begin()) {
        Files.writeString(workspace.build().resolve(text), text);
        kept = store.keepFailed("small-x86", "tools/m4", workspace).orElseThrow();
      }
    }

    assertThat(kept).isEqualTo(store.failed("small-x86", "tools/m4"));
    assertThat(kept).isEqualTo(root.resolve("failed/small-x86/tools-m4"));
    assertThat(kept.resolve("build/second")).exists();
    assertThat(kept.resolve("build/first")).doesNotExist();
    assertThat(children("running")).isEmpty();

    store.forgetFailed("small-x86", "tools/m4");
    assertThat(kept).doesNotExist();
    store.forgetFailed("small-x86", "tools/m4");
  }

  @Test
  void aFailedTreeStaysWhileSomebodyIsInIt() throws Exception {
    assertThat(store.enterFailed("small-x86", "tools/m4")).isEmpty();
    fail("first");
    Path kept = store.failed("small-x86", "tools/m4");

    try (FailedTree tree = store.enterFailed("small-x86", "tools/m4").orElseThrow()) {
      assertThat(tree.directory()).isEqualTo(kept);
      assertThat(store.userOfFailed("small-x86", "tools/m4"))
          .contains(Long.toString(ProcessHandle.current().pid()));
      assertThatThrownBy(() -> store.enterFailed("small-x86", "tools/m4"))
          .isInstanceOf(StoreException.class)
          .hasMessage(
              "process %d has a shell open in %s; leave that one first"
                  .formatted(ProcessHandle.current().pid(), kept));
      assertThat(fail("second")).as("not replaced").isEmpty();
      store.forgetFailed("small-x86", "tools/m4");
      assertThat(kept.resolve("build/first")).exists();
    }
    assertThat(kept).as("its step succeeded meanwhile").doesNotExist();
    assertThat(store.userOfFailed("small-x86", "tools/m4")).isEmpty();
    assertThat(kept.getParent()).isEmptyDirectory();
    assertThat(children("running")).isEmpty();
  }

  private Optional<Path> fail(String text) throws IOException {
    try (Workspace workspace = store.begin()) {
      Files.writeString(workspace.build().resolve(text), text);
      return store.keepFailed("small-x86", "tools/m4", workspace);
    }
  }

  @Test
  void logsHaveADirectoryPerBuild() {
    Path log = store.log("small-x86", "tools/m4");

    assertThat(log).isEqualTo(root.resolve("logs/small-x86/tools-m4.log"));
    assertThat(log.getParent()).isDirectory();
  }

  @Test
  void smallFactsAreRemembered() {
    assertThat(store.recall("fact")).isEmpty();

    store.remember("fact", "one");
    store.remember("fact", "two");

    assertThat(store.recall("fact")).isEqualTo(Optional.of("two"));
    assertThat(LayerStore.open(root).recall("fact")).contains("two");
  }

  @Test
  void aStoreThatCannotBeUsedSaysSo() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> LayerStore.open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot use the store at " + file + ": ");

    // No directory can be made there, not even by root.
    assertThatThrownBy(() -> LayerStore.open(Path.of("/proc/ffs")))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot use the store at /proc/ffs: ");

    Path tab = directory.resolve("a\tb");
    assertThatThrownBy(() -> LayerStore.open(tab))
        .isInstanceOf(StoreException.class)
        .hasMessage("the store's path must not hold a tab or line end: " + tab);
    assertThat(tab).doesNotExist();
  }

  @Test
  void troubleIsToldWithThePlaceAndTheReason() throws Exception {
    for (String name : List.of("running", "failed", "logs", "outputs")) {
      Files.delete(root.resolve(name));
      Files.writeString(root.resolve(name), "");
    }

    assertThatThrownBy(store::begin)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot begin a step in " + root.resolve("running") + ": ");
    assertThatThrownBy(() -> store.log("b", "s"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot make " + root.resolve("logs/b") + ": ");
    assertThatThrownBy(() -> store.remember("fact", "one"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot write " + root.resolve("outputs/fact") + ": ");
    assertThatThrownBy(() -> store.recall("fact"))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("cannot read " + root.resolve("outputs/fact") + ": ");
  }

  @Test
  void anExceptionWithoutMessageStillSaysWhat() {
    assertThat(new StoreException("cannot", new IOException())).hasMessage("cannot: IOException");
  }
}
