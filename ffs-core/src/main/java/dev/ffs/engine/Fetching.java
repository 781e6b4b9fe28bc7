package dev.ffs.engine;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.plan.BuildPlan;
import dev.ffs.source.FetchEvent;
import dev.ffs.source.FetchedSource;
import dev.ffs.source.SourceFetcher;
import dev.ffs.source.SourceStore;
import java.util.Map;
import java.util.Optional;

/** Gets the sources of a plan, and says how it goes in the words of a build. */
final class Fetching {

  private Fetching() {}

  /**
   * Gets every source of a plan.
   *
   * @return what was got by the source's id, or empty if the build was cancelled
   */
  static Optional<Map<String, FetchedSource>> fetch(
      BuildRequest request, BuildPlan plan, BuildListener listener) {
    if (request.cancellation().isCancelled()) {
      return Optional.empty();
    }
    SourceStore store = new SourceStore(request.store().resolve("sources"));
    SourceFetcher fetcher = SourceFetcher.builder(store).offline(request.offline()).build();
    Thread here = Thread.currentThread();
    Cancellation.Registration registered = request.cancellation().onCancel(here::interrupt);
    try {
      return Optional.of(
          fetcher.fetch(plan.sources(), plan.mirrors(), event -> tell(event, listener)));
    } catch (InterruptedException e) {
      if (!request.cancellation().isCancelled()) {
        // Not ours: who interrupted this thread wants it to end.
        request.cancellation().cancel();
      }
      return Optional.empty();
    } finally {
      registered.close();
      if (request.cancellation().isCancelled()) {
        // The interrupt has done its work; left standing it would break the clean-up.
        Thread.interrupted();
      }
    }
  }

  private static void tell(FetchEvent event, BuildListener listener) {
    String source = event.source().id();
    if (event instanceof FetchEvent.Reused reused) {
      listener.onEvent(new BuildEvent.SourceReady(source, name(reused.fetched()), false));
    } else if (event instanceof FetchEvent.Verified verified) {
      listener.onEvent(new BuildEvent.SourceReady(source, name(verified.fetched()), true));
    } else if (event instanceof FetchEvent.Progress progress) {
      listener.onEvent(
          new BuildEvent.SourceProgress(
              source, progress.archive().fileName(), progress.bytes(), progress.total()));
    } else if (event instanceof FetchEvent.AttemptFailed failed) {
      listener.onEvent(
          new BuildEvent.SourceAttemptFailed(
              source, failed.attempt().url(), failed.attempt().outcome()));
    } else if (event instanceof FetchEvent.SetAside aside) {
      listener.onEvent(
          new BuildEvent.SourceAttemptFailed(
              source,
              aside.file().toString(),
              "damaged; moved to " + aside.aside() + " and fetched again"));
    }
  }

  private static String name(FetchedSource fetched) {
    return fetched.archive().fileName();
  }
}
