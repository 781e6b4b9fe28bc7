package dev.ffs.exec;

import org.apiguardian.api.API;

/** One of the two streams that a command writes to. */
@API(status = API.Status.STABLE, since = "0.1")
public enum Channel {
  /** Standard output. */
  STDOUT,
  /** Standard error. */
  STDERR
}
