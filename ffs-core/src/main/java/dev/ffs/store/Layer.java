package dev.ffs.store;

import java.nio.file.Path;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What one step changed in the sysroot.
 *
 * @param digest the digest of its manifest, which names it
 * @param tree the directory that holds it, to be mounted and never to be changed
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Layer(String digest, Path tree) {

  /** Checks that both are there. */
  public Layer {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(tree, "tree");
  }
}
