package dev.ffs.exec.lxd;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when LXD does not do what it was asked. The message says what was asked, what LXD said,
 * and what to do about it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LxdException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
