package dev.ffs.store;

import org.apiguardian.api.API;

/** Thrown when the store cannot do what it is asked: a full disk, no permission, damage. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what failed and where
   * @param cause why
   */
  public StoreException(String message, Throwable cause) {
    super(message + ": " + reason(cause), cause);
  }

  /**
   * Makes the exception.
   *
   * @param message what failed and where
   */
  public StoreException(String message) {
    super(message);
  }

  private static String reason(Throwable cause) {
    String text = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return text == null ? type : type + ": " + text;
  }
}
