package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where sources and finished steps are kept. */
final class StoreOption {

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "Where sources and finished steps are kept; default: $FFS_STORE, or ffs in"
              + " $XDG_CACHE_HOME or ~/.cache.")
  @Nullable Path store;

  Path directory() {
    return store != null ? store : BuildRequest.defaultStore();
  }
}
