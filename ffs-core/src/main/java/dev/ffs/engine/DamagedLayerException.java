package dev.ffs.engine;

import dev.ffs.store.Layer;

/** Thrown when a layer that is needed is not what was kept; its step has to run again. */
final class DamagedLayerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Layer layer;

  DamagedLayerException(Layer layer, String damage) {
    super(damage);
    this.layer = layer;
  }

  Layer layer() {
    return layer;
  }
}
