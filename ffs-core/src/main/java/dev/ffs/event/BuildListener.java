package dev.ffs.event;

import org.apiguardian.api.API;

/**
 * Told of everything that happens in a build.
 *
 * <p>Calls come one at a time, from threads of the engine. What a listener throws is logged and
 * changes nothing for the build or for other listeners.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface BuildListener {

  /**
   * Takes note of an event; returns soon, for the build waits.
   *
   * @param event what happened
   */
  void onEvent(BuildEvent event);
}
