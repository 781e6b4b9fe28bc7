package dev.ffs.source;

import org.apiguardian.api.API;

/**
 * Is told how fetching goes.
 *
 * <p>Called from several threads at once; the events of one source come in order. It should return
 * at once, since the transfer waits for it, and must not throw: what it throws ends the fetch.
 */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FetchListener {

  /**
   * Takes an event.
   *
   * @param event what happened
   */
  void on(FetchEvent event);
}
