package dev.ffs.store;

import dev.ffs.lock.PathLock;
import java.io.IOException;
import org.apiguardian.api.API;

/** Says that nobody else makes what belongs to a key, in this process or another one. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class KeyLock implements AutoCloseable {

  private final PathLock lock;

  KeyLock(PathLock lock) {
    this.lock = lock;
  }

  /**
   * Lets the next one in.
   *
   * @throws StoreException if that fails
   */
  @Override
  public void close() {
    try (lock) {
      lock.deleteFile();
    } catch (IOException e) {
      throw new StoreException("cannot unlock a step", e);
    }
  }
}
