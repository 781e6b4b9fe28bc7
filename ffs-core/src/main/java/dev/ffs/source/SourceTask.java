package dev.ffs.source;

import dev.ffs.lock.PathLock;
import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import dev.ffs.source.Attempt.Reason;
import dev.ffs.source.FetchFailure.Remedy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Gets one source: from the store, or else from the first place that gives the right bytes. */
final class SourceTask implements Callable<Optional<FetchedSource>> {

  /** The longest time that a server may ask us to wait; beyond that another one is asked. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SourceFetcher fetcher;
  private final Source source;
  private final Places places;
  private final FetchListener listener;
  private final Watch watch;

  /** What the tasks of one fetch learned about hosts: who is not to be asked again, and why. */
  private final Map<String, FetchFailure> unreachable;

  private final List<Attempt> attempts = new ArrayList<>();

  SourceTask(
      SourceFetcher fetcher,
      Source source,
      Places places,
      FetchListener listener,
      Watch watch,
      Map<String, FetchFailure> unreachable) {
    this.fetcher = fetcher;
    this.source = source;
    this.places = places;
    this.listener = listener;
    this.watch = watch;
    this.unreachable = unreachable;
  }

  /** Returns the source, or empty if it cannot be had; then {@link #unavailable} says why. */
  @Override
  public Optional<FetchedSource> call() throws InterruptedException {
    for (Archive archive : source.archives()) {
      try {
        Optional<FetchedSource> found = reuse(archive);
        if (found.isPresent()) {
          return found;
        }
      } catch (IOException e) {
        watch.check();
        failed(archive, FetchFailure.local(storeTrouble(e)));
      }
    }
    for (Archive archive : source.archives()) {
      try {
        Optional<FetchedSource> fetched = fetch(archive);
        if (fetched.isPresent()) {
          return fetched;
        }
      } catch (FetchFailure e) {
        failed(archive, e);
        if (e.remedy == Remedy.NONE) {
          break;
        }
      }
    }
    return Optional.empty();
  }

  UnavailableSource unavailable() {
    List<Path> wanted =
        source.distinctArchives().stream()
            .map(archive -> fetcher.store().fileFor(archive.digest(), archive.fileName()))
            .toList();
    return new UnavailableSource(source, attempts, wanted);
  }

  private Optional<FetchedSource> reuse(Archive archive) throws IOException, InterruptedException {
    Optional<FetchedSource> found =
        fetcher
            .store()
            .find(
                archive.digest(),
                (file, aside) -> {
                  String outcome = "damaged, set aside as " + aside;
                  attempts.add(new Attempt(file.toString(), Reason.LOCAL, outcome));
                  listener.on(new FetchEvent.SetAside(source, archive, file, aside));
                })
            .map(file -> new FetchedSource(source, archive, file));
    found.ifPresent(fetched -> listener.on(new FetchEvent.Reused(fetched)));
    return found;
  }

  @SuppressWarnings("try") // The lock is held, not used.
  private Optional<FetchedSource> fetch(Archive archive) throws FetchFailure, InterruptedException {
    String digest = archive.digest();
    List<URI> uris = allowed(archive);
    if (uris.isEmpty()) {
      return Optional.empty();
    }
    SourceStore store = fetcher.store();
    try (PathLock lock =
        store.lock(digest, () -> listener.on(new FetchEvent.Waiting(source, archive)))) {
      // Whoever had the lock may have brought it.
      Optional<FetchedSource> found = reuse(archive);
      if (found.isPresent()) {
        return found;
      }
      try (PartFile part = PartFile.open(store.partFor(digest))) {
        boolean whole = part.size() > 0 && part.sha256().equals(digest);
        if (!whole && !download(archive, uris, part)) {
          return Optional.empty();
        }
        part.sync();
        Path file = store.publish(digest, archive.fileName(), part.path());
        FetchedSource fetched = new FetchedSource(source, archive, file);
        listener.on(new FetchEvent.Verified(fetched));
        return Optional.of(fetched);
      }
    } catch (IOException e) {
      watch.check();
      throw FetchFailure.local(storeTrouble(e));
    }
  }

  private String storeTrouble(IOException e) {
    return "trouble with the store " + fetcher.store().directory() + ": " + Errors.text(e);
  }

  /** Returns what may be asked for an archive; notes what may not. */
  private List<URI> allowed(Archive archive) throws FetchFailure {
    List<URI> uris = new ArrayList<>();
    if (fetcher.offline() && !archive.url().value().startsWith("file:")) {
      failed(archive, new FetchFailure(Reason.OFFLINE, Remedy.ELSEWHERE, "not asked: offline"));
      return uris;
    }
    for (String url : places.of(archive)) {
      try {
        uris.add(Places.parse(url));
      } catch (FetchFailure e) {
        failed(archive, url, e);
      }
    }
    return uris;
  }

  private boolean download(Archive archive, List<URI> uris, PartFile part)
      throws FetchFailure, InterruptedException {
    for (URI uri : uris) {
      if (download(archive, uri, part)) {
        return true;
      }
    }
    return false;
  }

  private boolean download(Archive archive, URI uri, PartFile part)
      throws FetchFailure, InterruptedException {
    String host = uri.getHost() == null ? "" : fetcher.transfer().peer(uri);
    int tried = 0;
    while (true) {
      watch.check();
      FetchFailure known = unreachable.get(host);
      if (known != null) {
        failed(
            archive,
            uri.toString(),
            new FetchFailure(
                known.reason, Remedy.OTHER_HOST, "not asked again: " + known.outcome()));
        return false;
      }
      try {
        listener.on(new FetchEvent.Started(source, archive, uri.toString()));
        Meter meter = new Meter(listener, source, archive);
        fetcher.transfer().get(uri, archive.digest(), part, watch, meter);
        return true;
      } catch (FetchFailure e) {
        if (e.remedy == Remedy.NONE) {
          throw e;
        }
        failed(archive, uri.toString(), e);
        if (e.remedy == Remedy.FROM_START) {
          part.restart();
          continue;
        }
        if (e.remedy == Remedy.OTHER_HOST) {
          unreachable.put(host, e);
        }
        tried++;
        Duration pause = fetcher.pause(tried, e.wait);
        if (e.remedy != Remedy.LATER || tried == fetcher.tries() || pause.compareTo(PATIENCE) > 0) {
          return false;
        }
        fetcher.sleeper().sleep(pause);
      }
    }
  }

  private void failed(Archive archive, FetchFailure failure) {
    failed(archive, archive.url().value(), failure);
  }

  private void failed(Archive archive, String url, FetchFailure failure) {
    Attempt attempt = new Attempt(url, failure.reason, failure.outcome());
    attempts.add(attempt);
    listener.on(new FetchEvent.AttemptFailed(source, archive, attempt));
  }
}
