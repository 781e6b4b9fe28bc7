package dev.ffs.engine;

import org.apiguardian.api.API;

/** What keeps a step from what is not its own. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Enclosure {
  /** Linux namespaces: a step sees what its recipe says, and nothing else of the machine. */
  NAMESPACES,
  /**
   * Nothing: one shared root, and steps one after another. The paths {@code /ffs} and {@code
   * /build} must be the user's own; root may build so in a container only, and chroot phases need
   * root.
   */
  NONE
}
