package dev.ffs.model;

import dev.ffs.diagnostic.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A release of a package.
 *
 * @param id its name, as steps refer to it
 * @param version its version, any string
 * @param license an SPDX licence expression
 * @param archives the archives it can be built from, the preferred one first; at least one
 * @param patches file names below {@code recipes/patches}, applied in order with {@code -p1}
 * @param prepare shell run in the unpacked tree before the patches, whichever archive it was, or
 *     null
 * @param origin where the id stands
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Source(
    String id,
    Text version,
    Text license,
    List<Archive> archives,
    List<Patch> patches,
    @Nullable Text prepare,
    Origin origin) {

  /** Copies the lists and checks that all is there. */
  public Source {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(license, "license");
    Objects.requireNonNull(origin, "origin");
    archives = List.copyOf(archives);
    patches = List.copyOf(patches);
  }

  /**
   * Returns the archives that hold certain bytes, in order.
   *
   * <p>The first is the one by whose name and preparation scripts, bundles and descriptions know
   * these bytes: what is built must not depend on the place that happened to send them.
   *
   * @param digest a SHA-256, as {@link Archive#digest} has it
   * @return empty if none of the archives has this digest
   */
  public List<Archive> places(String digest) {
    return archives.stream().filter(archive -> archive.digest().equals(digest)).toList();
  }

  /**
   * Returns the archives that differ: of each digest the first of its {@linkplain #places places}.
   *
   * @return in order; empty if there are no archives
   */
  public List<Archive> distinctArchives() {
    Map<String, Archive> byDigest = new LinkedHashMap<>();
    archives.forEach(archive -> byDigest.putIfAbsent(archive.digest(), archive));
    return List.copyOf(byDigest.values());
  }
}
