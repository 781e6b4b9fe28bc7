package dev.ffs.engine;

import org.apiguardian.api.API;

/** Thrown when this machine lacks something that a build needs; the message names it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class HostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what is missing, and what to do about it
   */
  public HostException(String message) {
    super(message);
  }
}
