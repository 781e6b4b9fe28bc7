package dev.ffs.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import dev.ffs.plan.StepKey;
import dev.ffs.store.Manifest.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store with the kernel's own overlays, and with other processes. */
@Timeout(60)
class LayerStoreIT {

  private static final StepKey KEY = new StepKey(new TreeMap<>(Map.of("script", "one")));

  @TempDir Path directory;
  private Path root;
  private final List<Process> children = new ArrayList<>();

  @BeforeEach
  void setUp() throws IOException {
    root = directory.toRealPath().resolve("store");
  }

  @AfterEach
  void clean() throws IOException, InterruptedException {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
    Trees.remove(root);
  }

  private Process child(List<String> command) throws IOException {
    Process child =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .directory(Path.of("/").toFile())
            .start();
    children.add(child);
    return child;
  }

  private List<Path> running() throws IOException {
    try (var list = Files.list(root.resolve("running"))) {
      return list.toList();
    }
  }

  /** Changes a tree through an overlay, as a step does; its output says what is left. */
  private static void overlay(Path lower, Workspace workspace, String script) throws Exception {
    Tools.requireNamespaces();
    Tools.Result result =
        Tools.run(
            lower,
            "unshare",
            "-Urm",
            "bash",
            "-euc",
            """
            mkdir "$1/merged"
            mount -t overlay -o "lowerdir=$PWD,upperdir=$1/layer/tree,workdir=$1/overlay,userxattr" \
              ffs "$1/merged"
            cd "$1/merged"
            %s
            """
                .formatted(script),
            "bash",
            workspace.directory().toString());
    assertThat(result.code()).as(result.output()).isZero();
  }

  @Test
  void whatAStepRemovedAndReplacedIsInTheManifest() throws Exception {
    Path lower = Files.createDirectories(directory.resolve("lower"));
    Tools.run(
        lower,
        "bash",
        "-c",
        "mkdir -p gone/below again/old kept/d todir; touch file gone/below/f again/old/f kept/f"
            + " moved; ln -s kept link; touch dir; mkdir tofile tofile/x; mkdir renamed;"
            + " touch renamed/f");
    LayerStore store = LayerStore.open(root);
    try (Workspace workspace = store.begin()) {
      overlay(
          lower,
          workspace,
          """
          rm file link
          rm -r gone
          rm -r again; mkdir again; touch again/new
          mv moved kept/moved
          rm dir; mkdir dir
          rm -r tofile; touch tofile
          mv renamed renamed2
          touch short; rm short
          """);

      Layer layer = store.commit(KEY, workspace);

      assertThat(store.manifest(layer).entries())
          .extracting(e -> e.kind() + " " + e.path())
          .containsExactly(
              "OPAQUE_DIRECTORY again",
              "FILE again/new",
              "OPAQUE_DIRECTORY dir",
              "WHITEOUT file",
              "WHITEOUT gone",
              "DIRECTORY kept",
              "FILE kept/moved",
              "WHITEOUT link",
              "WHITEOUT moved",
              "WHITEOUT renamed",
              "DIRECTORY renamed2",
              "FILE renamed2/f",
              "FILE tofile");
      assertThat(store.manifest(layer).entries())
          .filteredOn(e -> e.kind() == Kind.WHITEOUT)
          .allMatch(e -> e.mode() == 0);
      // The kernel leaves a directory here that nobody may enter.
      assertThat(workspace.overlay().resolve("work")).isDirectory();
    }
    assertThat(running()).isEmpty();
  }

  @Test
  void whatADeadProcessLeftIsRemovedAndWhatALivingOneHasStays() throws Exception {
    Process dead = child(Jvm.command(StoreMain.class, "hold", root));
    Process living = child(Jvm.command(StoreMain.class, "hold", root));
    Path left = Path.of(dead.inputReader().readLine());
    Path used = Path.of(living.inputReader().readLine());
    LayerStore store = LayerStore.open(root);
    assertThat(left.resolve("layer/tree/file")).exists();

    dead.destroyForcibly().waitFor();
    try (Workspace own = store.begin()) {
      LayerStore.open(root);

      assertThat(left).doesNotExist();
      assertThat(Workspace.lockPath(left)).doesNotExist();
      assertThat(used.resolve("layer/tree/file")).exists();
      assertThat(own.upper()).exists();
    }
    living.getOutputStream().close();
    assertThat(living.waitFor()).isZero();
    assertThat(running()).isEmpty();
  }

  @Test
  void aStepKeepsItsLockWhileItsOwnProcessOpensTheStoreByOtherNames() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), root);
    try (Workspace workspace = LayerStore.open(root).begin()) {
      LayerStore.open(link);
      LayerStore.open(link.resolve("../store"));

      // Another process finds it locked.
      assertThat(child(Jvm.command(StoreMain.class, "open", root)).waitFor()).isZero();
      assertThat(workspace.upper()).exists();
    }
  }

  @Test
  void anOrdinaryUserTakesAndRemovesWhatItMayNotEvenRead() throws Exception {
    String script =
        """
        umask 022
        mkdir -p a/b c d
        touch a/b/f c/f d/f; printf abc >secret
        chmod 4111 secret; chmod 0311 a/b; chmod 0444 c; chmod 0000 d
        """;
    String expected =
        """
        DIRECTORY\t755\t0\t\ta
        DIRECTORY\t311\t0\t\ta/b
        FILE\t644\t0\t%1$s\ta/b/f
        DIRECTORY\t444\t0\t\tc
        FILE\t644\t0\t%1$s\tc/f
        DIRECTORY\t0\t0\t\td
        FILE\t644\t0\t%1$s\td/f
        FILE\t4111\t3\t%2$s\tsecret
        """
            .formatted(StepKey.sha256(""), StepKey.sha256("abc"));

    Process child = child(Jvm.ordinary(directory, StoreMain.class, "commit", root, script));

    assertThat(Jvm.outputOf(child)).isEqualTo(expected);
    assertThat(running()).isEmpty();
    Path tree =
        LayerStore.open(root)
            .find(new StepKey(new TreeMap<>(Map.of("a", "b"))))
            .orElseThrow()
            .tree();
    // On disk its owner may read everything; the modes that count stand in the manifest.
    assertThat(Files.getAttribute(tree.resolve("secret"), "unix:mode")).isEqualTo(0104511);
    assertThat(Files.getAttribute(tree.resolve("d"), "unix:mode")).isEqualTo(0040500);
  }
}
