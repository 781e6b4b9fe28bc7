package dev.ffs.dsl;

import org.apiguardian.api.API;

/** Another archive of a source, as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface AlternateSpec permits AlternateDraft {

  /**
   * Says where the archive is. Required.
   *
   * @param url a URL, or {@code mirror://GROUP/path}
   * @return this spec
   */
  AlternateSpec url(String url);

  /**
   * Says what the archive is. Required.
   *
   * @param sha256 64 hexadecimal digits
   * @return this spec
   */
  AlternateSpec sha256(String sha256);

  /**
   * Runs shell in the unpacked tree that makes it build like upstream's.
   *
   * @param shell the lines
   * @return this spec
   */
  AlternateSpec prepare(String shell);
}
