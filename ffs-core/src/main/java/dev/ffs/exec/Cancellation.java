package dev.ffs.exec;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A request to stop, shared by those who may make it and those who heed it. It is made once and
 * never taken back. Safe for use by several threads.
 */
@API(status = API.Status.STABLE, since = "0.1")
public final class Cancellation {

  /** A callback that is to be told of the request, until this is closed. */
  @API(status = API.Status.STABLE, since = "0.1")
  public interface Registration extends AutoCloseable {

    /** Takes the callback out again. One that already runs is not waited for. */
    @Override
    void close();
  }

  // Callbacks are told apart by registration: the same Runnable may be registered twice.
  private static final class Callback {
    private final Runnable action;

    Callback(Runnable action) {
      this.action = action;
    }
  }

  private final Object lock = new Object();
  private final Set<Callback> callbacks = new LinkedHashSet<>();
  private boolean cancelled;

  /** Makes a request that nobody has made yet. */
  public Cancellation() {}

  /**
   * Makes the request and runs each callback, in the order of registration and in this thread.
   * Calls after the first do nothing. If callbacks throw, the others still run; the first exception
   * is thrown at the end and carries the others as suppressed ones.
   */
  public void cancel() {
    List<Callback> toRun;
    synchronized (lock) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      toRun = new ArrayList<>(callbacks);
      callbacks.clear();
    }
    RuntimeException failure = null;
    for (Callback callback : toRun) {
      try {
        callback.action.run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Returns whether the request has been made.
   *
   * @return true from the moment that {@link #cancel} was called
   */
  public boolean isCancelled() {
    synchronized (lock) {
      return cancelled;
    }
  }

  /**
   * Has an action run when the request is made. If it has been made already, the action runs at
   * once, in this thread.
   *
   * @param action what to run; it should be quick, since it runs in the thread that cancels
   * @return takes the action out again
   */
  public Registration onCancel(Runnable action) {
    Callback callback = new Callback(action);
    synchronized (lock) {
      if (!cancelled) {
        callbacks.add(callback);
        return () -> {
          synchronized (lock) {
            callbacks.remove(callback);
          }
        };
      }
    }
    action.run();
    return () -> {};
  }
}
