package dev.ffs.engine;

import static dev.ffs.engine.Builds.directory;
import static dev.ffs.engine.Builds.output;
import static dev.ffs.engine.Builds.owner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.fixtures.Tools;
import dev.ffs.model.Output;
import dev.ffs.plan.StepKey;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTreeTest {

  @TempDir Path directory;
  private LayerStore store;

  @BeforeEach
  void open() {
    store = LayerStore.open(directory);
  }

  private Layer layer(String script) throws Exception {
    try (Workspace workspace = store.begin()) {
      Tools.Result made =
          Tools.run(workspace.upper(), "bash", "-euc", "umask 022; mkdir usr; " + script);
      assertThat(made.code()).as(made.output()).isZero();
      return store.commit(new StepKey(new TreeMap<>(Map.of("script", script))), workspace);
    }
  }

  private OutputTree tree(Output output, Layer... layers) throws IOException {
    return OutputTree.of(List.of(layers), store::manifest, output);
  }

  private static Output declares(
      List<Output.DirectoryEntry> directories, List<Output.OwnerEntry> owners) {
    return output(List.of("base"), List.of(), directories, owners);
  }

  @Test
  void everyWrongDeclarationIsToldAtItsPlace() throws Exception {
    Layer layer = layer("touch usr/file; ln -s usr link; ln -s file usr/sh");
    Output output =
        declares(
            List.of(
                directory("/usr/file", "0755"),
                directory("/link", "0755"),
                directory("/link/below", "0755"),
                directory("/usr/file/below", "0755"),
                directory("/usr", "0700")),
            List.of(
                owner("/usr/none", "1", null, null),
                owner("/usr/sh", null, null, "4755"),
                owner("/usr/sh", "1", "1", null),
                owner("/link/file", "1", null, null)));

    assertThatThrownBy(() -> tree(output, layer))
        .isInstanceOf(DiagnosticException.class)
        .hasMessage(
            """
            test:1:1: error: a directory is declared here, but /usr/file is a file in the output
            test:1:1: error: a directory is declared here, but /link is a symbolic link in the output
            test:1:1: error: a directory is declared here, but /link is a symbolic link in the output
            test:1:1: error: a directory is declared here, but /usr/file is a file in the output
            test:1:1: error: the output has no /usr/none, whose owner is declared here
            test:1:1: error: a mode is declared here, but /usr/sh is a symbolic link, which has none; \
            declare that of what it points to
            test:1:1: error: the output has no /link/file, whose owner is declared here"""
                .replace("test:1:1", dev.ffs.fixtures.Fixtures.HERE.toString()));
  }

  @Test
  void aNameWithAnOwnerOfItsOwnIsAFileOfItsOwn() throws Exception {
    Layer layer = layer("touch usr/a; ln usr/a usr/b; ln usr/a usr/c");

    Map<String, OutputTree.Node> nodes =
        tree(declares(List.of(), List.of(owner("/usr/b", "7", "8", "4711"))), layer).nodes();

    assertThat(nodes.get("usr/a").identity()).isEqualTo(nodes.get("usr/c").identity());
    assertThat(nodes.get("usr/b").identity()).isNotEqualTo(nodes.get("usr/a").identity());
    assertThat(nodes.get("usr/b"))
        .extracting(OutputTree.Node::mode, OutputTree.Node::uid, OutputTree.Node::gid)
        .containsExactly(04711, 7, 8);
  }

  @Test
  void aFileThatIsGoneFromItsLayerIsDamage() throws Exception {
    Layer layer = layer("touch usr/a");
    Files.delete(layer.tree().resolve("usr/a"));

    assertThatThrownBy(() -> tree(declares(List.of(), List.of()), layer))
        .isInstanceOf(DamagedLayerException.class)
        .hasMessage("layer " + layer.digest() + " is damaged: /usr/a is gone");
  }
}
