package dev.ffs.model;

import org.apiguardian.api.API;

/** Where the steps of a phase run. */
@API(status = API.Status.STABLE, since = "0.1")
public enum Place {
  /** In a fresh root with the tools of the build machine, the sysroot at {@code /ffs/sysroot}. */
  HOST,
  /** In the sysroot itself, with nothing from outside. */
  CHROOT
}
