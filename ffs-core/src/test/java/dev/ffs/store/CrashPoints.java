package dev.ffs.store;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Lets tests of other packages know of the store's {@link CrashPoint}s. */
public final class CrashPoints {

  private CrashPoints() {}

  /** Returns the names of all points. */
  public static List<String> names() {
    return Stream.of(CrashPoint.values()).map(CrashPoint::name).toList();
  }

  /** Sets what is done at each point from now on; it is told the point's name. */
  public static void onReach(Consumer<String> action) {
    CrashPoint.onReach(point -> action.accept(point.name()));
  }
}
