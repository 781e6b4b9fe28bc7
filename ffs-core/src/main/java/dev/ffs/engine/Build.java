package dev.ffs.engine;

import dev.ffs.audit.Finding;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.ExecutorException;
import dev.ffs.model.Archive;
import dev.ffs.model.Text;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.BuildRecord;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.Manifest;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One build, from the sources to the output. */
final class Build {

  /** How many clashing paths a message lists. */
  private static final int SHOWN = 20;

  /** Of a compressed archive; for autotools packages on one core some 15 to 30. */
  private static final double SECONDS_PER_MEGABYTE = 20;

  private final BuildRequest request;
  private final BuildPlan whole;

  /** The steps to build: all, or those that were asked for, and what they see. */
  private final Set<StepId> asked;

  private final BuildPlan plan;
  private final ScriptGenerator scripts;
  private final BuildListener listener;
  private final LayerStore store;
  private final long began = System.nanoTime();
  private Makers makers = new Makers();
  private final Map<String, Double> megabytes = new HashMap<>();
  private final Map<StepId, Layer> layers = new LinkedHashMap<>();
  private final Map<StepId, BuildResult.StepResult> results = new HashMap<>();

  /** When each step ended, since the build began. */
  private final Map<StepId, Duration> ends = new HashMap<>();

  private final List<BuildResult.StepFailure> failures = new ArrayList<>();
  private final HostCompiler hostCompiler;
  private boolean finished;

  /** Steps that wait for somebody who makes the same; they need no room beside those that run. */
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * Prepares a build.
   *
   * @param asked the steps that are wanted; all, and the output, if empty
   */
  Build(
      BuildRequest request,
      BuildPlan whole,
      Set<StepId> asked,
      ScriptGenerator scripts,
      BuildListener listener) {
    this.request = request;
    this.whole = whole;
    this.asked = Set.copyOf(asked);
    this.plan = asked.isEmpty() ? whole : whole.only(asked);
    this.scripts = scripts;
    this.listener = listener;
    this.store = LayerStore.open(request.store());
    this.hostCompiler = new HostCompiler(request);
    boolean throughProgram =
        plan.steps().stream()
            .anyMatch(
                step -> StepInputs.entersThroughProgram(request.executor().chrootProgram(), step));
    if (throughProgram && request.enclosure() == Enclosure.NONE) {
      throw new HostException(
          "without an enclosure no program enters the root of chroot phases: the executor "
              + request.executor().name()
              + " needs the enclosure of namespaces");
    }
  }

  BuildResult run() {
    return toldOfTheEnd(this::attempt);
  }

  /** Who listens is told of the end, whatever it is. */
  private <T> T toldOfTheEnd(Supplier<T> action) {
    try {
      return action.get();
    } catch (RuntimeException e) {
      finish(Outcome.FAILED);
      throw e;
    }
  }

  /** Tells of the end, unless that has been told: then it was something after it that failed. */
  private Duration finish(Outcome outcome) {
    Duration duration = elapsed();
    if (!finished) {
      finished = true;
      listener.onEvent(new BuildEvent.BuildFinished(outcome, duration));
    }
    return duration;
  }

  /** Builds what is not built, and then runs the steps that were asked for again. */
  CheckResult check() {
    return toldOfTheEnd(this::attemptCheck);
  }

  private CheckResult attemptCheck() {
    List<PlannedStep> steps =
        plan.steps().stream().filter(s -> asked.isEmpty() || asked.contains(s.id())).toList();
    try (BuildRecord record = record()) {
      listener.onEvent(
          new BuildEvent.BuildStarted(plan.recipe(), plan.target().id(), names(plan.steps())));
      record.useSources(archives());
      Optional<Map<String, FetchedSource>> sources = Fetching.fetch(request, plan, listener);
      sources.ifPresent(this::measure);
      try (Site site = site()) {
        StepRunner runner = runner(record, site, sources.orElseGet(Map::of));
        Checking checking = new Checking(request, record, runner, listener);
        if (sources.isPresent()) {
          AtomicBoolean begun = new AtomicBoolean();
          untilSound(record, () -> check(record, runner, checking, steps, begun));
        }
        CheckResult result = checking.result(failures);
        finish(
            result.succeeded()
                ? Outcome.DONE
                : result.cancelled() ? Outcome.CANCELLED : Outcome.FAILED);
        return result;
      }
    }
  }

  private void check(
      BuildRecord record,
      StepRunner runner,
      Checking checking,
      List<PlannedStep> steps,
      AtomicBoolean begun) {
    runSteps(record, runner);
    if (!failures.isEmpty() || request.cancellation().isCancelled()) {
      return;
    }
    if (begun.compareAndSet(false, true)) {
      complete(record);
      listener.onEvent(
          new BuildEvent.CheckStarted(plan.recipe(), plan.target().id(), names(steps)));
    }
    checking.check(steps, layers);
  }

  private static List<String> names(List<PlannedStep> steps) {
    return steps.stream().map(step -> step.id().toString()).toList();
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private BuildResult attempt() {
    listener.onEvent(
        new BuildEvent.BuildStarted(plan.recipe(), plan.target().id(), names(plan.steps())));
    try (BuildRecord record = record()) {
      Optional<OutputWriter> output =
          asked.isEmpty()
              ? Optional.of(new OutputWriter(store, record, request, plan, hostCompiler, listener))
              : Optional.empty();
      output.ifPresent(OutputWriter::probe);
      record.useSources(archives());
      Optional<Map<String, FetchedSource>> sources = Fetching.fetch(request, plan, listener);
      sources.ifPresent(this::measure);
      if (sources.isEmpty()) {
        return ended(Outcome.CANCELLED, List.of());
      }
      try (Site site = site()) {
        return attempt(record, site, sources.get(), output);
      }
    }
  }

  /** Those that the build may use; which of them it uses, it knows only when they are there. */
  private Set<String> archives() {
    return plan.sources().stream()
        .flatMap(source -> source.archives().stream())
        .map(Archive::digest)
        .collect(Collectors.toSet());
  }

  private BuildResult attempt(
      BuildRecord record,
      Site site,
      Map<String, FetchedSource> sources,
      Optional<OutputWriter> output) {
    StepRunner runner = runner(record, site, sources);
    List<BuildResult> result = new ArrayList<>();
    untilSound(
        record,
        () -> {
          runSteps(record, runner);
          if (!failures.isEmpty()) {
            result.add(ended(Outcome.FAILED, List.of()));
          } else if (request.cancellation().isCancelled()) {
            result.add(ended(Outcome.CANCELLED, List.of()));
          } else {
            BuildResult last =
                output
                    .map(writer -> packed(record, writer, sources))
                    .orElseGet(
                        () -> ended(nothingRan() ? Outcome.REUSED : Outcome.DONE, List.of()));
            result.add(last);
            // One whose output was refused, or not packed to the end, has not come to its end.
            if (last.succeeded()) {
              complete(record);
            }
          }
        });
    return result.get(0);
  }

  /**
   * That of a few steps must not take the place of a build of the whole, when others are pruned.
   */
  private void complete(BuildRecord record) {
    if (asked.isEmpty()) {
      record.complete();
    }
  }

  private boolean nothingRan() {
    return results.values().stream().allMatch(r -> r.outcome() == Outcome.REUSED);
  }

  /** Does something again each time a layer is found damaged, which then is out of the way. */
  private void untilSound(BuildRecord record, Runnable action) {
    // Each turn but the last finds a damaged layer. If there are more than steps, it is the disk.
    for (int turn = 0; ; turn++) {
      try {
        action.run();
        return;
      } catch (DamagedLayerException e) {
        if (turn > plan.steps().size()) {
          throw new StoreException(
              e.getMessage() + "; it was made again, and is damaged again: is the disk sound?");
        }
        listener.onEvent(new BuildEvent.StoreDamaged(String.valueOf(e.getMessage())));
        record.discard(e.layer());
        // What is sound is found again by its key.
        layers.clear();
        makers = new Makers();
      }
    }
  }

  /**
   * Runs steps side by side, as many as there are job tokens.
   *
   * @throws DamagedLayerException if a layer is damaged; all steps have ended by then
   */
  private void runSteps(BuildRecord record, StepRunner runner) {
    Schedule schedule = new Schedule(plan, this::expectedSeconds);
    JobPool pool = new JobPool(request.jobs());
    ExecutorService threads = Executors.newCachedThreadPool(Build::thread);
    // A step that ended, or empty when one began or ceased to wait.
    CompletionService<Optional<StepRunner.Ended>> running =
        new ExecutorCompletionService<>(threads);
    Cancellation.Registration registration = request.cancellation().onCancel(pool::close);
    // Without an enclosure there is one root for all of them.
    int most = request.enclosure() == Enclosure.NONE ? 1 : request.jobs();
    int count = 0;
    DamagedLayerException damaged = null;
    try {
      boolean stopping = false;
      while (true) {
        while (!stopping && !request.cancellation().isCancelled() && count - waiting.get() < most) {
          Optional<PlannedStep> next = schedule.next();
          if (next.isEmpty()) {
            break;
          }
          Map<StepId, Layer> seen = Map.copyOf(layers);
          running.submit(
              () ->
                  Optional.of(
                      runner.run(next.get(), seen, pool, begun -> onWaiting(begun, running))));
          count++;
        }
        if (count == 0) {
          break;
        }
        try {
          Optional<StepRunner.Ended> ended = running.take().get();
          if (ended.isEmpty()) {
            continue;
          }
          count--;
          finished(record, ended.get(), schedule);
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof DamagedLayerException cause)) {
            throw unwrapped(e);
          }
          count--;
          damaged = cause;
          stopping = true;
          pool.close();
        }
        if (!failures.isEmpty() && !request.keepGoing()) {
          stopping = true;
          // Steps that still wait for a token need not begin.
          pool.close();
        }
      }
    } catch (InterruptedException e) {
      // Who interrupts the thread of a build wants it to end.
      request.cancellation().cancel();
    } finally {
      registration.close();
      pool.close();
      awaitRunning(threads);
    }
    if (damaged != null && failures.isEmpty()) {
      throw damaged;
    }
  }

  /** What took long takes long again; what never ran is judged by the size of what it unpacks. */
  private double expectedSeconds(StepId id) {
    return store
        .expectedSeconds(id)
        .orElseGet(
            () ->
                1
                    + SECONDS_PER_MEGABYTE
                        * plan.step(id).orElseThrow().sources().stream()
                            .mapToDouble(source -> megabytes.getOrDefault(source.id(), 0.0))
                            .sum());
  }

  private void measure(Map<String, FetchedSource> sources) {
    sources.forEach((id, source) -> megabytes.put(id, source.file().toFile().length() / 1e6));
  }

  private void onWaiting(boolean begun, CompletionService<Optional<StepRunner.Ended>> running) {
    waiting.addAndGet(begun ? 1 : -1);
    if (begun) {
      // There is room for another one now.
      running.submit(Optional::empty);
    }
  }

  private void finished(BuildRecord record, StepRunner.Ended ran, Schedule schedule) {
    StepRunner.Ended ended = checked(record, ran);
    StepId id = ended.step();
    // After a damage was found, what was told already is found once more.
    boolean told = results.containsKey(id) && ended.outcome() == Outcome.REUSED;
    if (!told) {
      results.put(id, new BuildResult.StepResult(id, ended.outcome(), ended.duration()));
      ends.put(id, elapsed());
      listener.onEvent(
          new BuildEvent.StepFinished(id.toString(), ended.outcome(), ended.duration()));
    }
    if (ended.failure() != null) {
      failures.add(ended.failure());
    }
    if (ended.layer() != null) {
      layers.put(id, ended.layer());
      schedule.finished(id);
      boolean phaseDone =
          whole.steps().stream()
              .map(PlannedStep::id)
              .filter(other -> other.phase().equals(id.phase()))
              .allMatch(layers::containsKey);
      if (phaseDone && !told) {
        listener.onEvent(new BuildEvent.PhaseFinished(id.phase()));
        snapshot(id.phase());
      }
    }
  }

  /** Has the executor keep its place as it is after a phase, if it can. */
  private void snapshot(String phase) {
    String key = Objects.requireNonNull(PhaseKeys.of(whole, scripts).get(phase), phase);
    try {
      request
          .executor()
          .snapshot(phase, key, request.cancellation())
          .ifPresent(name -> listener.onEvent(new BuildEvent.SnapshotTaken(phase, name)));
    } catch (ExecutorException e) {
      // Nothing of the build is lost by that, only what a later one could have begun with.
      listener.onEvent(new BuildEvent.SnapshotFailed(phase, String.valueOf(e.getMessage())));
    }
  }

  /** A step that made what another one of its phase had made has failed after all. */
  private StepRunner.Ended checked(BuildRecord record, StepRunner.Ended ended) {
    if (ended.layer() == null) {
      return ended;
    }
    PlannedStep step = plan.step(ended.step()).orElseThrow();
    List<String> clashes = makers.add(step, record.manifest(ended.layer()));
    if (clashes.isEmpty()) {
      return ended;
    }
    List<String> lines = new ArrayList<>(clashes.subList(0, Math.min(clashes.size(), SHOWN)));
    if (clashes.size() > SHOWN) {
      lines.add("and " + (clashes.size() - SHOWN) + " more");
    }
    lines.add(
        "Remove what is not needed after the installation, or name the paths under 'overwrites' of "
            + step.id());
    BuildResult.StepFailure failure =
        new BuildResult.StepFailure(
            step.id(),
            "it made what another step of its phase had made",
            lines,
            store.log(plan.name(), step.id().toString()));
    return new StepRunner.Ended(step.id(), Outcome.FAILED, ended.duration(), null, failure);
  }

  /** After an exception other steps still run; their processes must be gone before we are. */
  private void awaitRunning(ExecutorService threads) {
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        request.cancellation().cancel();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private RuntimeException unwrapped(ExecutionException e) {
    // The other steps are of no use to a build that cannot go on.
    request.cancellation().cancel();
    if (e.getCause() instanceof RuntimeException cause) {
      return cause;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a step ended in a way that no step can", e.getCause());
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ffs-step");
    thread.setDaemon(true);
    return thread;
  }

  private String page(BuildRecord record, List<BuildResult.OutputFile> files) {
    Duration total = Duration.ZERO;
    List<ReportPage.Row> rows = new ArrayList<>();
    for (PlannedStep step : plan.steps()) {
      BuildResult.StepResult result = results.get(step.id());
      Duration end = ends.get(step.id());
      if (result == null || end == null) {
        throw new IllegalStateException("no result of " + step.id());
      }
      Manifest manifest = record.manifest(layerOf(step.id()));
      rows.add(
          new ReportPage.Row(
              step,
              result.outcome(),
              end.minus(result.duration()),
              result.duration(),
              manifest.entries().size(),
              manifest.bytes()));
      total = end.compareTo(total) > 0 ? end : total;
    }
    return ReportPage.of(plan, rows, total, files);
  }

  private BuildResult packed(
      BuildRecord record, OutputWriter output, Map<String, FetchedSource> sources) {
    Set<String> phases =
        plan.output().phases().stream().map(Text::value).collect(Collectors.toSet());
    // In the order of the plan, whatever the order in which they ended.
    List<Shipped> shipped =
        plan.steps().stream()
            .filter(step -> phases.contains(step.id().phase()))
            .map(step -> new Shipped(step, layerOf(step.id())))
            .toList();
    OutputWriter.Packed packed;
    try {
      packed = output.write(shipped, sources, !nothingRan(), files -> page(record, files));
    } catch (PackingCancelledException e) {
      return ended(Outcome.CANCELLED, List.of());
    }
    if (packed.audit() != null) {
      listener.onEvent(
          new BuildEvent.OutputAudited(
              packed.audit().files(),
              packed.audit().findings().stream().map(Finding::toString).toList()));
      if (!packed.audit().passed()) {
        return ended(Outcome.FAILED, List.of(), packed.audit().findings());
      }
    }
    for (BuildResult.OutputFile file : packed.files()) {
      listener.onEvent(new BuildEvent.OutputWritten(file.file(), file.bytes(), file.sha256()));
    }
    return ended(!packed.written() && nothingRan() ? Outcome.REUSED : Outcome.DONE, packed.files());
  }

  private BuildResult ended(Outcome outcome, List<BuildResult.OutputFile> outputs) {
    return ended(outcome, outputs, List.of());
  }

  private BuildResult ended(
      Outcome outcome, List<BuildResult.OutputFile> outputs, List<Finding> findings) {
    Duration duration = finish(outcome);
    List<BuildResult.StepResult> ordered =
        plan.steps().stream()
            .map(step -> results.get(step.id()))
            .flatMap(Stream::ofNullable)
            .toList();
    return new BuildResult(outcome, ordered, outputs, failures, findings, duration);
  }

  /** Prepares a shell in the root of a step, and holds what it uses. */
  StepShell shell(StepId id) {
    PlannedStep step = plan.step(id).orElseThrow();
    if (request.enclosure() == Enclosure.NONE) {
      throw new HostException(
          "without an enclosure there is no root to enter: what "
              + step.id()
              + " left is in /ffs/sysroot and /build/"
              + step.id().step()
              + " until the next step runs");
    }
    Map<String, FetchedSource> sources =
        Fetching.fetch(request, plan, listener)
            .orElseThrow(() -> new HostException("cancelled while sources were fetched"));
    Deque<Runnable> held = new ArrayDeque<>();
    boolean ready = false;
    try {
      BuildRecord record = store.use(plan.name(), Instant.ofEpochSecond(ScriptGenerator.EPOCH));
      held.push(record::close);
      record.useSources(archives());
      plan.only(Set.of(id)).steps().stream()
          .filter(other -> !other.id().equals(id))
          .forEach(other -> layers.put(other.id(), built(record, other, step, sources)));
      Site site = site();
      held.push(site::close);
      List<String> command =
          runner(record, site, sources)
              .shell(step, step.sees().stream().map(this::layerOf).toList(), held);
      ready = true;
      return new StepShell(command, () -> release(held));
    } catch (IOException e) {
      throw new StoreException("cannot prepare a shell for " + step.id(), e);
    } finally {
      if (!ready) {
        release(held);
      }
    }
  }

  /** Lets go of everything, in the opposite order, even if some of it fails. */
  private static void release(Deque<Runnable> held) {
    if (!held.isEmpty()) {
      try {
        held.pop().run();
      } finally {
        release(held);
      }
    }
  }

  /** Finds what a step made that another one, the top, is built on. */
  private Layer built(
      BuildRecord record, PlannedStep step, PlannedStep top, Map<String, FetchedSource> sources) {
    StepInputs inputs =
        StepInputs.of(
            request.enclosure(),
            request.executor().chrootProgram(),
            step,
            scripts.generate(step),
            source -> Optional.ofNullable(sources.get(source.id())).map(f -> f.archive().digest()),
            id -> Optional.of(layerOf(id).digest()),
            hostCompiler);
    return record
        .reuse(
            step.id(),
            inputs.key(),
            damage -> listener.onEvent(new BuildEvent.StoreDamaged(damage)))
        .orElseThrow(
            () ->
                new HostException(
                    "step "
                        + step.id()
                        + ", which "
                        + top.id()
                        + " is built on, has not been built as the recipe says now; build first"));
  }

  private Layer layerOf(StepId id) {
    Layer layer = layers.get(id);
    if (layer == null) {
      throw new IllegalStateException("no layer of " + id);
    }
    return layer;
  }

  private BuildRecord record() {
    return store.record(plan.name(), Instant.ofEpochSecond(ScriptGenerator.EPOCH));
  }

  /** Returns the place where the executor runs commands, ready for this build. */
  private Site site() {
    Optional<String> directory = request.executor().directory();
    if (directory.isEmpty()) {
      return new LocalSite(request);
    }
    Cancellation.Registration stop =
        request.cancellation().onCancel(Thread.currentThread()::interrupt);
    try {
      return RemoteSite.open(
          request,
          // By hand one builds there what one likes.
          whole,
          scripts,
          store,
          directory.get(),
          () -> listener.onEvent(new BuildEvent.BuildWaiting()),
          what ->
              listener.onEvent(
                  new BuildEvent.StoreDamaged(what + " is not what it was when it was made")));
    } catch (InterruptedException e) {
      request.cancellation().cancel();
      throw new HostException("stopped while another build was at work in the same place");
    } finally {
      stop.close();
      if (request.cancellation().isCancelled()) {
        // The interrupt has done its work; left standing it would break what follows.
        Thread.interrupted();
      }
    }
  }

  private StepRunner runner(BuildRecord record, Site site, Map<String, FetchedSource> sources) {
    return new StepRunner(
        request, site, plan.name(), store, record, scripts, sources, hostCompiler, listener);
  }
}
