package dev.ffs.source;

import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Source;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Gets sources into a store, several at once.
 *
 * <p>Of each source the first archive that can be had is taken: one that is in the store already
 * without asking anybody, else what the archives' URLs give, in the order of the recipe. Bytes
 * count only when their digest is right. What is wrong with one place is told to the listener, and
 * the next is tried; a place that may recover (a broken connection, HTTP 408, 429, 5xx) is asked
 * again first, after a pause that grows. A transfer that ended early goes on where it stopped, in
 * the next try, from the next place, or in the next run.
 *
 * <p>{@code mirror://debian/} means the mirrors of this machine's apt. {@code file:} URLs are
 * copied into the store. Proxies are those that Java knows ({@link ProxySelector#getDefault});
 * where it knows none, those of {@code http_proxy}, {@code https_proxy} and {@code no_proxy} in the
 * environment.
 *
 * <p>May be used by several threads at once.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SourceFetcher {

  /** Waits between tries. */
  interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  private final SourceStore store;
  private final boolean offline;
  private final int parallel;
  private final int tries;
  private final Duration backoff;
  private final Map<String, List<String>> mirrors;
  private final Path apt;
  private final Sleeper sleeper;
  private final DoubleSupplier random;
  private final Transfer transfer;

  private SourceFetcher(Builder builder) {
    store = builder.store;
    offline = builder.offline;
    parallel = builder.parallel;
    tries = builder.tries;
    backoff = builder.backoff;
    mirrors = builder.mirrors;
    apt = builder.apt;
    sleeper = builder.sleeper;
    random = builder.random;
    ProxySelector proxies =
        builder.proxies != null
            ? builder.proxies
            : EnvironmentProxies.over(
                Objects.requireNonNullElse(ProxySelector.getDefault(), ProxySelector.of(null)),
                System.getenv(),
                System.getProperties().stringPropertyNames());
    transfer =
        new Transfer(
            proxies, builder.connectTimeout, builder.stallTimeout, builder.maxBytes, builder.clock);
  }

  /**
   * Begins to set up a fetcher.
   *
   * @param store where archives are looked for and put
   * @return a builder with the defaults
   */
  public static Builder builder(SourceStore store) {
    return new Builder(store);
  }

  /**
   * Gets sources.
   *
   * <p>That one source cannot be had does not keep the others from being fetched. Interrupting the
   * calling thread ends everything; what came so far is kept for the next run.
   *
   * @param sources what to get
   * @param groups the recipe's mirror groups
   * @param listener is told how it goes
   * @return what was got, by the source's id, in the order of the sources
   * @throws SourceUnavailableException if a source cannot be had, with all that cannot
   * @throws IllegalArgumentException if two different sources have one id
   * @throws InterruptedException if the calling thread was interrupted
   */
  public Map<String, FetchedSource> fetch(
      Collection<Source> sources, Collection<MirrorGroup> groups, FetchListener listener)
      throws InterruptedException {
    Places places = new Places(groups, mirrors, apt);
    Map<String, FetchFailure> unreachable = new ConcurrentHashMap<>();
    ExecutorService threads = threads();
    try (Watch watch = new Watch()) {
      Map<SourceTask, Future<Optional<FetchedSource>>> tasks = new LinkedHashMap<>();
      for (Source source : distinct(sources)) {
        SourceTask task = new SourceTask(this, source, places, listener, watch, unreachable);
        tasks.put(task, threads.submit(task));
      }
      try {
        return await(tasks);
      } catch (InterruptedException e) {
        watch.cancel();
        threads.shutdownNow();
        // So that locks are free and parts are closed when this returns.
        if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
          e.addSuppressed(new IllegalStateException("a transfer did not end within 5 s"));
        }
        throw e;
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Collection<Source> distinct(Collection<Source> sources) {
    Map<String, Source> byId = new LinkedHashMap<>();
    for (Source source : sources) {
      Source other = byId.putIfAbsent(source.id(), source);
      if (other != null && !other.equals(source)) {
        throw new IllegalArgumentException("two different sources are called " + source.id());
      }
    }
    return byId.values();
  }

  private static Map<String, FetchedSource> await(
      Map<SourceTask, Future<Optional<FetchedSource>>> tasks) throws InterruptedException {
    Map<String, FetchedSource> fetched = new LinkedHashMap<>();
    List<UnavailableSource> unavailable = new ArrayList<>();
    IllegalStateException bug = null;
    for (Map.Entry<SourceTask, Future<Optional<FetchedSource>>> task : tasks.entrySet()) {
      try {
        task.getValue()
            .get()
            .ifPresentOrElse(
                found -> fetched.put(found.source().id(), found),
                () -> unavailable.add(task.getKey().unavailable()));
      } catch (ExecutionException e) {
        if (bug == null) {
          bug = new IllegalStateException("a fetch ended in an unexpected way", e.getCause());
        }
      }
    }
    if (bug != null) {
      throw bug;
    }
    if (!unavailable.isEmpty()) {
      throw new SourceUnavailableException(unavailable);
    }
    return Collections.unmodifiableMap(fetched);
  }

  private ExecutorService threads() {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        parallel,
        task -> {
          Thread thread = new Thread(task, "ffs-fetch-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  SourceStore store() {
    return store;
  }

  boolean offline() {
    return offline;
  }

  int tries() {
    return tries;
  }

  Sleeper sleeper() {
    return sleeper;
  }

  Transfer transfer() {
    return transfer;
  }

  /**
   * Returns how long to wait before the next try: the first time half to all of the backoff, and
   * twice that each time after; or as long as the server asks for, if that is longer.
   */
  Duration pause(int tried, @Nullable Duration asked) {
    long most = backoff.toMillis() << Math.min(tried - 1, 20);
    Duration pause = Duration.ofMillis(Math.round(most * (0.5 + random.getAsDouble() / 2)));
    return asked != null && asked.compareTo(pause) > 0 ? asked : pause;
  }

  /** Sets up a {@link SourceFetcher}. */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public static final class Builder {

    private final SourceStore store;
    private boolean offline;
    private int parallel = 4;
    private int tries = 3;
    private Duration connectTimeout = Duration.ofSeconds(20);
    private Duration stallTimeout = Duration.ofSeconds(60);
    private Duration backoff = Duration.ofSeconds(1);
    private long maxBytes = 8L << 30;
    private Map<String, List<String>> mirrors = Map.of();
    private Path apt = Path.of("/etc/apt");
    private @Nullable ProxySelector proxies;
    private Sleeper sleeper = duration -> Thread.sleep(duration.toMillis());
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private Clock clock = Clock.systemUTC();

    private Builder(SourceStore store) {
      this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * Says whether the network is left alone; default no.
     *
     * @param value true to take what is in the store, and {@code file:} URLs, only
     * @return this
     */
    public Builder offline(boolean value) {
      offline = value;
      return this;
    }

    /**
     * Sets how many sources are fetched at once; default 4.
     *
     * @param value at least 1
     * @return this
     */
    public Builder parallel(int value) {
      parallel = positive(value);
      return this;
    }

    /**
     * Sets how often a URL is asked before the next one is; default 3.
     *
     * @param value at least 1
     * @return this
     */
    public Builder tries(int value) {
      tries = positive(value);
      return this;
    }

    /**
     * Sets how long to wait for a connection; default 20 s.
     *
     * @param value more than nothing
     * @return this
     */
    public Builder connectTimeout(Duration value) {
      connectTimeout = positive(value);
      return this;
    }

    /**
     * Sets how long to wait for an answer, and then for the next byte; default 60 s.
     *
     * @param value more than nothing
     * @return this
     */
    public Builder stallTimeout(Duration value) {
      stallTimeout = positive(value);
      return this;
    }

    /**
     * Sets the pause before a URL is asked the second time; default 1 s. It doubles each time.
     *
     * @param value more than nothing
     * @return this
     */
    public Builder backoff(Duration value) {
      backoff = positive(value);
      return this;
    }

    /**
     * Sets the size from which on a file is not an archive; default 8 GiB.
     *
     * @param value bytes, at least 1
     * @return this
     */
    public Builder maxBytes(long value) {
      if (value < 1) {
        throw new IllegalArgumentException("at least 1 is needed: " + value);
      }
      maxBytes = value;
      return this;
    }

    /**
     * Sets mirror groups that count instead of the recipe's groups of the same name, and of {@value
     * MirrorGroup#DEBIAN} instead of apt's mirrors.
     *
     * @param value base URLs by the group's name
     * @return this
     */
    public Builder mirrors(Map<String, List<String>> value) {
      Map<String, List<String>> copy = new LinkedHashMap<>();
      value.forEach((group, bases) -> copy.put(group, List.copyOf(bases)));
      mirrors = Map.copyOf(copy);
      return this;
    }

    /**
     * Sets where apt's configuration is; default {@code /etc/apt}.
     *
     * @param value a directory, which need not exist
     * @return this
     */
    public Builder aptDirectory(Path value) {
      apt = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Sets the proxies; default those of Java, else those of the environment.
     *
     * @param value says which proxy to use for which URL
     * @return this
     */
    public Builder proxies(ProxySelector value) {
      proxies = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Replaces what tests cannot wait for. */
    Builder time(Sleeper newSleeper, DoubleSupplier newRandom, Clock newClock) {
      sleeper = newSleeper;
      random = newRandom;
      clock = newClock;
      return this;
    }

    /**
     * Makes the fetcher.
     *
     * @return a fetcher; it may be used again and again
     * @throws IllegalArgumentException if the environment names a proxy that is none
     */
    public SourceFetcher build() {
      return new SourceFetcher(this);
    }

    private static int positive(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("at least 1 is needed: " + value);
      }
      return value;
    }

    private static Duration positive(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException("more than nothing is needed: " + value);
      }
      return value;
    }
  }
}
