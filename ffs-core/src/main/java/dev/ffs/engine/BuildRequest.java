package dev.ffs.engine;

import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Executor;
import dev.ffs.model.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What to build, for which target, where and how.
 *
 * @param recipe the recipe
 * @param target id of the target
 * @param executor runs the steps; the caller closes it
 * @param store directory of finished steps and archives
 * @param output directory that takes what is built
 * @param jobs how many jobs the steps may run at once, from 1 to {@link #MOST_JOBS}
 * @param offline whether to do without a network
 * @param keepGoing whether steps that do not depend on a failed one still run
 * @param enclosure what keeps steps from what is not theirs
 * @param listeners are told how it goes
 * @param cancellation stops the build
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record BuildRequest(
    Recipe recipe,
    String target,
    Executor executor,
    Path store,
    Path output,
    int jobs,
    boolean offline,
    boolean keepGoing,
    Enclosure enclosure,
    List<BuildListener> listeners,
    Cancellation cancellation) {

  /**
   * The most jobs of a build. As many processes are all that a step may have; and the tokens of all
   * jobs must have room in a pipe, which holds at least 4096 bytes (pipe(7)).
   */
  public static final int MOST_JOBS = 4096;

  /** Copies the list and checks that all is there. */
  public BuildRequest {
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(enclosure, "enclosure");
    Objects.requireNonNull(cancellation, "cancellation");
    if (jobs < 1 || jobs > MOST_JOBS) {
      throw new IllegalArgumentException(
          "a build has from 1 to " + MOST_JOBS + " jobs, not " + jobs);
    }
    listeners = List.copyOf(listeners);
  }

  /** Returns this request with another cancellation. */
  BuildRequest with(Cancellation other) {
    return new BuildRequest(
        recipe, target, executor, store, output, jobs, offline, keepGoing, enclosure, listeners,
        other);
  }

  /**
   * Begins a request.
   *
   * @param recipe the recipe
   * @param target id of the target
   * @param executor runs the steps; the caller closes it
   * @return a builder: store in {@code ffs} below the user's cache directory, output in {@code
   *     out}, as many jobs as there are processors
   */
  public static Builder of(Recipe recipe, String target, Executor executor) {
    return new Builder(recipe, target, executor);
  }

  /** Collects the options of a request. */
  public static final class Builder {

    private final Recipe recipe;
    private final String target;
    private final Executor executor;
    private Path store = defaultStore();
    private Path output = Path.of("out");
    private int jobs = Runtime.getRuntime().availableProcessors();
    private boolean offline;
    private boolean keepGoing;
    private Enclosure enclosure = Enclosure.NAMESPACES;
    private final List<BuildListener> listeners = new ArrayList<>();
    private Cancellation cancellation = new Cancellation();

    private Builder(Recipe recipe, String target, Executor executor) {
      this.recipe = recipe;
      this.target = target;
      this.executor = executor;
    }

    /**
     * Sets the store.
     *
     * @param directory of finished steps and archives; made if it is not there
     * @return this
     */
    public Builder store(Path directory) {
      this.store = directory;
      return this;
    }

    /**
     * Sets where the output goes.
     *
     * @param directory made if it is not there
     * @return this
     */
    public Builder output(Path directory) {
      this.output = directory;
      return this;
    }

    /**
     * Sets how many jobs the steps may run at once.
     *
     * @param count from 1 to {@link #MOST_JOBS}
     * @return this
     */
    public Builder jobs(int count) {
      this.jobs = count;
      return this;
    }

    /**
     * Says whether to do without a network.
     *
     * @param value true if so
     * @return this
     */
    public Builder offline(boolean value) {
      this.offline = value;
      return this;
    }

    /**
     * Says whether steps that do not depend on a failed one still run.
     *
     * @param value true if so
     * @return this
     */
    public Builder keepGoing(boolean value) {
      this.keepGoing = value;
      return this;
    }

    /**
     * Sets what keeps steps from what is not theirs.
     *
     * @param value {@link Enclosure#NAMESPACES} unless set
     * @return this
     */
    public Builder enclosure(Enclosure value) {
      this.enclosure = value;
      return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener is told how it goes
     * @return this
     */
    public Builder listener(BuildListener listener) {
      this.listeners.add(listener);
      return this;
    }

    /**
     * Sets what stops the build.
     *
     * @param value cancelled by whoever wants it to stop
     * @return this
     */
    public Builder cancellation(Cancellation value) {
      this.cancellation = value;
      return this;
    }

    /**
     * Makes the request.
     *
     * @return the request
     */
    public BuildRequest build() {
      return new BuildRequest(
          recipe,
          target,
          executor,
          store,
          output,
          jobs,
          offline,
          keepGoing,
          enclosure,
          listeners,
          cancellation);
    }
  }

  /**
   * Returns the store of who names none.
   *
   * @return {@code $FFS_STORE}, else {@code ffs} below {@code $XDG_CACHE_HOME} or {@code ~/.cache}
   */
  public static Path defaultStore() {
    String own = System.getenv("FFS_STORE");
    if (own != null && !own.isEmpty()) {
      return Path.of(own);
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && !cache.isEmpty()
        ? Path.of(cache, "ffs")
        : Path.of(System.getProperty("user.home"), ".cache", "ffs");
  }
}
