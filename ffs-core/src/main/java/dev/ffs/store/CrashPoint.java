package dev.ffs.store;

import java.util.function.Consumer;

/**
 * Moments at which the disk holds something half done. Tests kill the process at each of them; else
 * nothing happens there.
 */
enum CrashPoint {
  /** The lock of a workspace or a build record is held, and nothing else of it exists. */
  ALIVE_MARKED,
  /** A workspace has all its directories. */
  WORKSPACE_MADE,
  /** What a step made is on disk, with its manifest, but not visible. */
  MANIFEST_WRITTEN,
  /** A layer is visible; that it is may not have reached the disk. */
  LAYER_RENAMED,
  /** A layer is on disk, and no key leads to it. */
  LAYER_PUBLISHED,
  /** A small file has been written under a temporary name. */
  PART_WRITTEN,
  /** A small file has its name; that it has may not have reached the disk. */
  PART_RENAMED,
  /** A step is finished in every respect, but the build's record does not say so. */
  KEY_WRITTEN,
  /** The record of a build names a further step. */
  RECORD_WRITTEN,
  /** The tree of a failed step has left its workspace. */
  FAILED_TREE_KEPT,
  /** A damaged layer is out of the way, and what is left of it still to be removed. */
  DAMAGED_LAYER_ASIDE,
  /** Old keys are gone, their layers are not. */
  KEYS_PRUNED,
  /** Old layers are out of the way, and still to be removed. */
  LAYERS_PRUNED;

  /** What to do at a point; set by tests only. */
  private static volatile Consumer<CrashPoint> action = point -> {};

  static void onReach(Consumer<CrashPoint> newAction) {
    action = newAction;
  }

  void reached() {
    action.accept(this);
  }
}
