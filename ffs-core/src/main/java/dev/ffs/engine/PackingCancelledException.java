package dev.ffs.engine;

/** Thrown by whoever reads for an output that is not wanted any more. */
final class PackingCancelledException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PackingCancelledException() {
    super("cancelled while the output was written");
  }
}
