package dev.ffs.dsl;

import java.util.function.Consumer;
import org.apiguardian.api.API;

/** A source as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface SourceSpec permits SourceDraft {

  /**
   * Says which release it is. Required.
   *
   * @param version any string
   * @return this spec
   */
  SourceSpec version(String version);

  /**
   * Says where its archive is. Required.
   *
   * @param url a URL, or {@code mirror://GROUP/path}
   * @return this spec
   */
  SourceSpec url(String url);

  /**
   * Says what its archive is. Required.
   *
   * @param sha256 64 hexadecimal digits
   * @return this spec
   */
  SourceSpec sha256(String sha256);

  /**
   * Says under which licence it is. Required.
   *
   * @param expression an SPDX licence expression
   * @return this spec
   */
  SourceSpec license(String expression);

  /**
   * Has patches applied with {@code -p1}, in this order.
   *
   * @param files names of files in the directory of {@link RecipeSpec#patchesFrom}
   * @return this spec
   */
  SourceSpec patches(String... files);

  /**
   * Runs shell in the unpacked tree, before the patches.
   *
   * @param shell the lines
   * @return this spec
   */
  SourceSpec prepare(String shell);

  /**
   * Adds another archive of the release, or another place of the same one; those added first are
   * tried first.
   *
   * @param alternate says where and what it is
   * @return this spec
   */
  SourceSpec alternate(Consumer<AlternateSpec> alternate);
}
