package dev.ffs.engine;

import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.Layer;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where steps run: how what they need gets there, and how what they made comes back.
 *
 * <p>A step has a directory here, its workspace, and one there. Safe for several steps at once.
 */
interface Site extends AutoCloseable {

  /** Whether files and pipes of this machine are files and pipes there, under the same names. */
  boolean isHere();

  /** Returns what tells where there a file of the directory of a step that runs is. */
  Function<Path, String> running(Path directory);

  /** Returns what tells where there a file of the directory of a step that failed is. */
  Function<Path, String> failed(Path directory, StepId step);

  /** Returns where there the files of a layer are, and brings them if need be. */
  String tree(Layer layer) throws IOException;

  /** Returns where there an archive is, and brings it if need be. */
  String archive(FetchedSource source) throws IOException;

  /**
   * Brings what the directory of a step holds there.
   *
   * @param there where it is to be there
   */
  void bring(Path directory, String there) throws IOException;

  /** Runs a command there. */
  ExitStatus run(List<String> argv, OutputSink sink);

  /**
   * Makes what a step changed ready to be kept: in {@link Workspace#upper()}, with one time for all
   * files, and on disk.
   *
   * @return how that ended
   */
  ExitStatus take(Workspace workspace, OutputSink sink) throws IOException;

  /** Takes note that what was taken is kept here. */
  void onKept(Workspace workspace, StepKey key, Layer layer) throws IOException;

  /** Keeps the directory of a step that failed, in place of that of its last failure. */
  void onFailed(Workspace workspace, StepId step) throws IOException;

  /**
   * Returns whether what a failed step left is there: it may have failed in another place.
   *
   * @param directory what is kept of it here
   */
  boolean hasFailed(Path directory, StepId step) throws IOException;

  /** Removes what is there of a step, unless it was kept or has failed. */
  void clear(Workspace workspace) throws IOException;

  /**
   * Looks whether the step with this key was made there, in a build whose store was another one,
   * and takes it.
   *
   * @return the digest of the layer that {@link Workspace#upper()} should make, or empty if nothing
   *     is known there
   */
  Optional<String> find(StepKey key, Workspace workspace, OutputSink sink) throws IOException;

  /** Returns a command of this machine that runs a command there with the terminal. */
  List<String> terminal(List<String> argv);

  @Override
  void close();
}
