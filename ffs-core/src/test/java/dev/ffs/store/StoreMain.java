package dev.ffs.store;

import dev.ffs.plan.StepKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Uses a store in a process of its own.
 *
 * <p>{@code hold STORE}: begins a step, says where, and stays until its standard input ends. {@code
 * open STORE}: opens it, which removes what dead processes left. {@code commit STORE SCRIPT}: takes
 * what a shell script makes in the step's directory as a layer, and prints its manifest.
 */
final class StoreMain {

  private StoreMain() {}

  public static void main(String[] args) throws Exception {
    LayerStore store = LayerStore.open(Path.of(args[1]));
    switch (args[0]) {
      case "hold" -> {
        try (Workspace workspace = store.begin()) {
          Files.writeString(workspace.upper().resolve("file"), "text");
          System.out.println(workspace.directory());
          System.in.readAllBytes();
        }
      }
      case "commit" -> {
        try (Workspace workspace = store.begin()) {
          Process shell =
              new ProcessBuilder("sh", "-c", args[2])
                  .directory(workspace.upper().toFile())
                  .inheritIO()
                  .start();
          if (shell.waitFor() != 0) {
            throw new IllegalStateException("the script failed");
          }
          Layer layer = store.commit(new StepKey(new TreeMap<>(Map.of("a", "b"))), workspace);
          System.out.print(store.manifest(layer).toText());
        }
      }
      default -> {}
    }
  }
}
