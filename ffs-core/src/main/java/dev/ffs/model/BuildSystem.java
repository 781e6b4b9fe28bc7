package dev.ffs.model;

import org.apiguardian.api.API;

/** A way to build a package that is known by name. */
@API(status = API.Status.STABLE, since = "0.1")
public enum BuildSystem {
  /** {@code ./configure}, {@code make}, {@code make install}. */
  AUTOTOOLS,
  /** {@code make}, {@code make install}. */
  MAKE,
  /** Whatever the step's script says. */
  SCRIPT
}
