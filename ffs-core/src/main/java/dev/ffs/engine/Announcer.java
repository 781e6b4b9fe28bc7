package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener of every event, one at a time, whatever a listener throws. */
final class Announcer implements BuildListener {

  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  private final List<BuildListener> listeners;

  Announcer(List<BuildListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  @Override
  public synchronized void onEvent(BuildEvent event) {
    for (BuildListener listener : listeners) {
      try {
        listener.onEvent(event);
      } catch (RuntimeException e) {
        LOG.warn("a listener failed at {}", event, e);
      }
    }
  }
}
