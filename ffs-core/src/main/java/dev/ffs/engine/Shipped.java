package dev.ffs.engine;

import dev.ffs.plan.PlannedStep;
import dev.ffs.store.Layer;
import java.util.Objects;

/**
 * A step whose files are shipped.
 *
 * @param step the step
 * @param layer what it made
 */
record Shipped(PlannedStep step, Layer layer) {

  Shipped {
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(layer, "layer");
  }
}
