package dev.ffs.dsl;

import org.apiguardian.api.API;

/** The owner and mode of a path of the output, as they are being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface OwnerSpec permits OwnerDraft {

  /**
   * Says whose it is; 0 if not called.
   *
   * @param id the number of the user
   * @return this spec
   */
  OwnerSpec user(int id);

  /**
   * Says which group it belongs to; 0 if not called.
   *
   * @param id the number of the group
   * @return this spec
   */
  OwnerSpec group(int id);

  /**
   * Says what its mode is; if not called, the one it was built with.
   *
   * @param mode up to four octal digits
   * @return this spec
   */
  OwnerSpec mode(String mode);
}
