package dev.ffs.store;

import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * What one build uses of the store: it stays as long as the record is open, and longer as {@code
 * prune} is told.
 *
 * <p>Safe for several threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class BuildRecord implements AutoCloseable {

  private final LayerStore store;
  private final History history;
  private final String build;
  private final String number;
  private final Alive alive;
  private final Instant unchanged;
  private final boolean lasting;

  private History.Entry entry = History.Entry.EMPTY;
  private final Map<String, Manifest> manifests = new HashMap<>();
  private final Set<String> sound = new HashSet<>();

  private BuildRecord(
      LayerStore store,
      History history,
      String build,
      String number,
      Alive alive,
      Instant time,
      boolean lasting) {
    this.store = store;
    this.history = history;
    this.build = build;
    this.number = number;
    this.alive = alive;
    this.unchanged = time;
    this.lasting = lasting;
  }

  static BuildRecord begin(LayerStore store, String build, Instant unchanged, boolean lasting) {
    History history = History.of(store);
    try {
      return store.guarded(
          () -> {
            String number = history.nextNumber(build);
            Alive alive = Alive.mark(history.lockPath(build, number));
            return new BuildRecord(store, history, build, number, alive, unchanged, lasting);
          });
    } catch (IOException e) {
      throw new StoreException("cannot record the build of " + build, e);
    }
  }

  /**
   * Takes note of the archives that the build uses.
   *
   * @param digests their digests
   * @throws StoreException if that fails
   */
  public void useSources(Collection<String> digests) {
    try {
      store.guarded(
          () -> {
            entry = entry.withSources(digests);
            write();
            return digests;
          });
    } catch (IOException e) {
      throw new StoreException("cannot record the sources of " + build, e);
    }
  }

  /**
   * Finds what a step with this key made, and uses it.
   *
   * @param step the step
   * @param key its key
   * @param onDamage is told what is damaged, and so counts as not found
   * @return the layer, or empty if no sound one is known
   * @throws StoreException if the store cannot be used
   */
  public Optional<Layer> reuse(StepId step, StepKey key, Consumer<String> onDamage) {
    try {
      return store.guarded(
          () -> {
            Optional<LayerStore.Kept> found = store.find(key.digest(), onDamage);
            if (found.isPresent()) {
              use(step, key, found.get());
            }
            return found.map(LayerStore.Kept::layer);
          });
    } catch (IOException e) {
      throw new StoreException("cannot record step " + step, e);
    }
  }

  /**
   * Takes what a step changed as its result. The caller has seen to it that the files are on disk.
   *
   * @param step the step
   * @param key its key
   * @param jobs with how many jobs it ran, or empty if that is not known
   * @param texts what those inputs of the key are digests of that a person would want to read
   * @param workspace where it ran
   * @return the layer
   * @throws StoreException if that fails; then the step has not run
   */
  public Layer commit(
      StepId step, StepKey key, OptionalInt jobs, Collection<String> texts, Workspace workspace) {
    try {
      store.keepTexts(texts);
    } catch (IOException e) {
      throw new StoreException("cannot keep the scripts of " + step, e);
    }
    return store.commit(key, jobs, workspace, kept -> use(step, key, kept)).layer();
  }

  private void use(StepId step, StepKey key, LayerStore.Kept kept) throws IOException {
    synchronized (manifests) {
      manifests.put(kept.layer().digest(), kept.manifest());
    }
    History.Step used = new History.Step(key.digest(), kept.layer().digest());
    if (!used.equals(entry.steps().get(step.toString()))) {
      entry = entry.withStep(step.toString(), used);
      write();
    }
  }

  /** Under the lock of the store. */
  private void write() throws IOException {
    history.note(build, number, entry);
    CrashPoint.RECORD_WRITTEN.reached();
  }

  /**
   * Returns the keys of the steps that this build uses so far.
   *
   * @return digests by the names of the steps
   */
  public SortedMap<String, String> keys() {
    try {
      return store.guarded(
          () -> {
            SortedMap<String, String> keys = new TreeMap<>();
            entry.steps().forEach((step, used) -> keys.put(step, used.key()));
            return keys;
          });
    } catch (IOException e) {
      throw new StoreException("cannot read the record of " + build, e);
    }
  }

  /**
   * Returns the manifest of a layer that this build uses.
   *
   * @param layer the layer
   * @return what it holds
   * @throws StoreException if it cannot be read or is damaged
   */
  public Manifest manifest(Layer layer) {
    synchronized (manifests) {
      return manifests.computeIfAbsent(layer.digest(), digest -> store.manifest(layer));
    }
  }

  /**
   * Finds out whether a layer is still what was kept, once for each layer: its files are listed,
   * and those whose time says that somebody touched them are read.
   *
   * @param layer the layer
   * @return what is damaged, or empty if nothing is
   * @throws StoreException if the store cannot be used
   */
  public Optional<String> damage(Layer layer) {
    synchronized (sound) {
      if (sound.contains(layer.digest())) {
        return Optional.empty();
      }
    }
    Optional<String> problem = store.damage(manifest(layer), layer, Optional.of(unchanged));
    if (problem.isEmpty()) {
      synchronized (sound) {
        sound.add(layer.digest());
      }
    }
    return problem;
  }

  /**
   * Takes a damaged layer away, so that its step runs again.
   *
   * @param layer the layer
   * @throws StoreException if that fails
   */
  public void discard(Layer layer) {
    synchronized (manifests) {
      manifests.remove(layer.digest());
    }
    synchronized (sound) {
      sound.remove(layer.digest());
    }
    store.discard(layer);
  }

  /**
   * Takes note that the build came to its end: what the record names is all of it.
   *
   * @throws StoreException if that fails
   */
  public void complete() {
    try {
      store.guarded(
          () -> {
            entry = entry.completed();
            write();
            return build;
          });
    } catch (IOException e) {
      throw new StoreException("cannot record the end of the build of " + build, e);
    }
  }

  /**
   * Ends the use. The record stays, unless the build used exactly what the one before it used.
   *
   * @throws StoreException if that fails
   */
  @Override
  public void close() {
    try {
      store.guarded(
          () -> {
            if (lasting) {
              history.settle(build, number, entry);
            } else {
              history.remove(build, number);
            }
            alive.close();
            return number;
          });
    } catch (IOException e) {
      throw new StoreException("cannot finish the record of " + build, e);
    }
  }
}
