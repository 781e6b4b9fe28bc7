package dev.ffs.source;

import static dev.ffs.source.Mirror.body;
import static dev.ffs.source.Mirror.drop;
import static dev.ffs.source.Mirror.file;
import static dev.ffs.source.Mirror.page;
import static dev.ffs.source.Mirror.status;
import static dev.ffs.source.Mirror.whole;
import static dev.ffs.source.Samples.archive;
import static dev.ffs.source.Samples.group;
import static dev.ffs.source.Samples.sha256;
import static dev.ffs.source.Samples.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Source;
import dev.ffs.source.Attempt.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SourceFetcherTest {

  private static final byte[] CONTENT = Samples.bytes(1, 100_000);
  private static final byte[] OTHER = Samples.bytes(2, 5_000);
  private static final String SHA256 = sha256(CONTENT);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path directory;
  private SourceStore store;
  private Mirror mirror;
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final List<FetchEvent> events = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() throws IOException {
    store = new SourceStore(directory.resolve("store"));
    mirror = new Mirror();
  }

  @AfterEach
  void stop() {
    mirror.close();
  }

  private SourceFetcher.Builder builder() {
    return SourceFetcher.builder(store)
        .aptDirectory(directory.resolve("apt"))
        .proxies(ProxySelector.of(null))
        .time(pauses::add, () -> 1.0, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private FetchedSource fetch(SourceFetcher fetcher, Source source) throws InterruptedException {
    return fetcher.fetch(List.of(source), List.of(), events::add).get(source.id());
  }

  private FetchedSource fetch(Source source) throws InterruptedException {
    return fetch(builder().build(), source);
  }

  private SourceUnavailableException failure(SourceFetcher fetcher, Source... sources) {
    return catchThrowableOfType(
        SourceUnavailableException.class,
        () -> fetcher.fetch(List.of(sources), List.of(), events::add));
  }

  /** The outcomes of everything that was tried for the only source that is unavailable. */
  private List<String> outcomes(Source source) {
    return outcomes(builder().build(), source);
  }

  private List<String> outcomes(SourceFetcher fetcher, Source source) {
    SourceUnavailableException failure = failure(fetcher, source);
    assertThat(failure.sources()).hasSize(1);
    return failure.sources().get(0).attempts().stream().map(Attempt::outcome).toList();
  }

  /** The outcomes of what was tried before it went well. */
  private List<String> failedTries() {
    return events.stream()
        .filter(FetchEvent.AttemptFailed.class::isInstance)
        .map(event -> ((FetchEvent.AttemptFailed) event).attempt().outcome())
        .toList();
  }

  private List<String> storedFiles() throws IOException {
    try (var files = Files.list(store.directory().resolve(SHA256))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private Path part() throws IOException {
    return Files.createDirectories(store.directory().resolve(SHA256)).resolve(".part");
  }

  // --- what goes well

  @Test
  void fetchesVerifiesAndKeeps() throws Exception {
    mirror.serve("/a-1.0.tar.gz", file(CONTENT));
    Source source = source("a", archive(mirror.url("/a-1.0.tar.gz?x#y"), CONTENT));

    FetchedSource fetched = fetch(source);

    assertThat(fetched.archive()).isEqualTo(source.archives().get(0));
    assertThat(fetched.file()).isEqualTo(store.fileFor(SHA256, "a-1.0.tar.gz"));
    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    assertThat(storedFiles()).containsExactly(".lock", ".verified", "a-1.0.tar.gz");
    var archive = fetched.archive();
    assertThat(events.stream().filter(e -> !isBetween(e)))
        .containsExactly(
            new FetchEvent.Started(source, archive, mirror.url("/a-1.0.tar.gz?x#y")),
            new FetchEvent.Progress(source, archive, 0, 100_000),
            new FetchEvent.Progress(source, archive, 100_000, 100_000),
            new FetchEvent.Verified(fetched));
    assertThat(events).allMatch(e -> e.source().equals(source));
  }

  private static boolean isBetween(FetchEvent event) {
    return event instanceof FetchEvent.Progress p && p.bytes() > 0 && p.bytes() < p.total();
  }

  @Test
  void asksNobodyForWhatIsThere() throws Exception {
    mirror.serve("/a", file(CONTENT));
    Source source = source("a", archive(mirror.url("/a"), CONTENT));
    FetchedSource first = fetch(source);
    events.clear();

    assertThat(fetch(source)).isEqualTo(first);

    assertThat(mirror.requests()).containsExactly("/a");
    assertThat(events).containsExactly(new FetchEvent.Reused(first));
    assertThat(events.get(0).source()).isEqualTo(source);
  }

  @Test
  void anyArchiveInTheStoreWillDo() throws Exception {
    mirror.serve("/a", file(CONTENT)).serve("/b", file(OTHER));
    fetch(source("b", archive(mirror.url("/b"), OTHER)));
    Source source =
        source("a", archive(mirror.url("/a"), CONTENT), archive(mirror.url("/elsewhere"), OTHER));

    FetchedSource fetched = fetch(source);

    assertThat(fetched.archive()).isEqualTo(source.archives().get(1));
    assertThat(fetched.file()).isEqualTo(store.fileFor(sha256(OTHER), "b"));
    assertThat(mirror.requests()).containsExactly("/b");
  }

  @Test
  void theResultHasTheOrderOfTheSources() throws Exception {
    List<Source> sources = new ArrayList<>();
    for (int i = 20; i > 0; i--) {
      byte[] content = Samples.bytes(i, 100 * i);
      mirror.serve("/" + i, file(content));
      sources.add(source("s" + i, archive(mirror.url("/" + i), content)));
    }

    Map<String, FetchedSource> fetched = builder().build().fetch(sources, List.of(), events::add);

    assertThat(fetched.keySet())
        .containsExactlyElementsOf(sources.stream().map(Source::id).toList());
    assertThat(fetched.values()).allMatch(f -> Files.exists(f.file()));
    assertThatThrownBy(fetched::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void fetchesAsManyAtOnceAsItMay() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Mirror.Answer together =
        exchange -> {
          both.countDown();
          try {
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          file(exchange.getRequestURI().getPath().equals("/a") ? CONTENT : OTHER).to(exchange);
        };
    mirror.serve("/a", together).serve("/b", together);

    Map<String, FetchedSource> fetched =
        builder()
            .parallel(2)
            .build()
            .fetch(
                List.of(
                    source("a", archive(mirror.url("/a"), CONTENT)),
                    source("b", archive(mirror.url("/b"), OTHER))),
                List.of(),
                events::add);

    assertThat(fetched).containsOnlyKeys("a", "b");
  }

  @Test
  void followsRedirects() throws Exception {
    mirror.serve("/a", status(302, "Location", "/b")).serve("/b", file(CONTENT));

    FetchedSource fetched = fetch(source("a", archive(mirror.url("/a"), CONTENT)));

    assertThat(fetched.file()).hasFileName("a").hasBinaryContent(CONTENT);
  }

  @Test
  void copiesFiles() throws Exception {
    Path elsewhere = Files.write(directory.resolve("a 1.tar"), CONTENT);

    FetchedSource fetched =
        fetch(
            builder().offline(true).build(),
            source("a", archive(elsewhere.toUri().toString(), CONTENT)));

    assertThat(fetched.file()).isEqualTo(store.fileFor(SHA256, "a%201.tar"));
    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    assertThat(elsewhere).exists();
  }

  @Test
  void goesThroughAProxy() throws Exception {
    mirror.serve("/a", file(CONTENT));
    InetSocketAddress proxy =
        new InetSocketAddress("127.0.0.1", Integer.parseInt(mirror.host().split(":")[1]));
    SourceFetcher fetcher = builder().proxies(ProxySelector.of(proxy)).build();

    FetchedSource fetched =
        fetch(fetcher, source("a", archive("http://upstream.invalid/a", CONTENT)));

    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    assertThat(mirror.requests()).containsExactly("/a");
  }

  @Test
  void takesTheDefaultsOfJava() throws Exception {
    mirror.serve("/a", file(CONTENT));

    assertThat(
            fetch(
                    SourceFetcher.builder(store).build(),
                    source("a", archive(mirror.url("/a"), CONTENT)))
                .file())
        .exists();
  }

  @Test
  void anAnswerWithoutALengthWillDo() throws Exception {
    try (RawServer raw = new RawServer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", CONTENT)) {
      Source source = source("a", archive(raw.url("/a"), CONTENT));

      assertThat(fetch(source).file()).hasBinaryContent(CONTENT);
      assertThat(events).contains(new FetchEvent.Progress(source, source.archives().get(0), 0, -1));
    }
  }

  // --- resuming

  @Test
  void goesOnWhereTheConnectionBroke() throws Exception {
    mirror.serve("/a", drop(CONTENT, 30_000), drop(CONTENT, 60_000), file(CONTENT));
    Source source = source("a", archive(mirror.url("/a"), CONTENT));

    FetchedSource fetched = fetch(source);

    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    // How much of what the server sent has arrived when the connection breaks is up to chance.
    assertThat(mirror.requests()).hasSize(3);
    assertThat(mirror.requests().get(0)).isEqualTo("/a");
    int first = resumedAt(mirror.requests().get(1));
    int second = resumedAt(mirror.requests().get(2));
    assertThat(first).isBetween(1, 30_000);
    assertThat(second).isBetween(first + 1, 60_000);
    assertThat(failedTries())
        .containsExactly(
            "the connection broke after " + first + " of 100000 bytes",
            "the connection broke after " + second + " bytes");
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(events)
        .contains(new FetchEvent.Progress(source, fetched.archive(), second, 100_000));
  }

  private static int resumedAt(String request) {
    assertThat(request).startsWith("/a bytes=").endsWith("-");
    return Integer.parseInt(request.replaceAll("\\D", ""));
  }

  @Test
  void goesOnAtTheNextMirrorAndInTheNextRun() throws Exception {
    mirror.serve("/one", drop(CONTENT, 40_000));
    SourceFetcher once = builder().tries(1).build();
    assertThat(outcomes(once, source("a", archive(mirror.url("/one"), CONTENT))))
        .containsExactly("the connection broke after 40000 of 100000 bytes");
    mirror.serve("/one", drop(CONTENT, 70_000)).serve("/two", file(CONTENT));

    FetchedSource fetched =
        fetch(
            once,
            source(
                "a", archive(mirror.url("/one"), CONTENT), archive(mirror.url("/two"), CONTENT)));

    assertThat(fetched.file()).hasBinaryContent(CONTENT).hasFileName("two");
    assertThat(mirror.requests()).containsExactly("/one", "/one bytes=40000-", "/two bytes=70000-");
  }

  @Test
  void beginsAnewWhereTheServerKnowsNoRanges() throws Exception {
    Files.write(part(), Arrays.copyOf(CONTENT, 10));
    mirror.serve("/a", whole(CONTENT));

    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(mirror.requests()).containsExactly("/a bytes=10-");
    assertThat(failedTries()).isEmpty();
  }

  @Test
  void beginsAnewWhenAnotherRangeComes() throws Exception {
    Files.write(part(), Arrays.copyOf(CONTENT, 10));
    mirror.serve("/a", body(206, CONTENT, "Content-Range", "bytes 0-99999/100000"), file(CONTENT));

    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(failedTries())
        .containsExactly(
            "could not go on at 10 bytes: another range came (Content-Range 'bytes"
                + " 0-99999/100000'); once more from the start");
    assertThat(pauses).isEmpty();
  }

  @Test
  void beginsAnewWhenTheFileIsNotThatLong() throws Exception {
    Files.write(part(), Samples.bytes(9, 200_000));
    mirror.serve("/a", file(CONTENT));

    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(failedTries())
        .containsExactly(
            "could not go on at 200000 bytes: the file has no more than that (HTTP 416); once more"
                + " from the start");
  }

  @Test
  void aWrongBeginningIsThrownAwayBeforeTheMirrorIsBlamed() throws Exception {
    Files.write(part(), Samples.bytes(9, 10));
    mirror.serve("/a", file(CONTENT));

    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(mirror.requests()).containsExactly("/a bytes=10-", "/a");
    byte[] wrong = CONTENT.clone();
    System.arraycopy(Samples.bytes(9, 10), 0, wrong, 0, 10);
    assertThat(failedTries())
        .containsExactly(
            "sha256 is "
                + sha256(wrong)
                + ", not "
                + SHA256
                + " (100000 bytes, resumed at 10; once more from the start)");
  }

  @Test
  void aWholePartIsTakenWithoutAskingAnybody() throws Exception {
    Files.write(part(), CONTENT);

    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void aPartialAnswerThatNobodyAskedForIsRefused() {
    mirror.serve("/a", body(206, CONTENT, "Content-Range", "bytes 0-9/10"));

    assertThat(outcomes(source("a", archive(mirror.url("/a"), CONTENT))))
        .containsExactly("HTTP 206");
  }

  // --- wrong content

  @Test
  void asksTheNextMirrorWhenTheDigestIsWrong() throws Exception {
    mirror.serve("/one/a", file(OTHER)).serve("/two/a", file(CONTENT));

    FetchedSource fetched =
        builder()
            .build()
            .fetch(
                List.of(source("a", archive("mirror://both/a", CONTENT))),
                List.of(group("both", mirror.url("/one/"), mirror.url("/two"))),
                events::add)
            .get("a");

    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    assertThat(failedTries())
        .containsExactly("sha256 is " + sha256(OTHER) + ", not " + SHA256 + " (5000 bytes)");
    assertThat(mirror.requests()).containsExactly("/one/a", "/two/a");
    assertThat(pauses).isEmpty();
  }

  @Test
  void takesAnAlternateWithItsOwnDigest() throws Exception {
    mirror.serve("/b", file(OTHER));
    Source source =
        source("a", archive(mirror.url("/a"), CONTENT), archive(mirror.url("/b"), OTHER));

    FetchedSource fetched = fetch(source);

    assertThat(fetched.archive()).isEqualTo(source.archives().get(1));
    assertThat(fetched.file()).hasBinaryContent(OTHER);
    assertThat(failedTries()).containsExactly("HTTP 404 Not Found");
  }

  @Test
  void aPageWithStatus200IsNotAnArchive() throws Exception {
    mirror.serve("/a", page("<h1>Not found</h1>")).serve("/b", file(CONTENT));

    fetch(source("a", archive(mirror.url("/a"), CONTENT), archive(mirror.url("/b"), CONTENT)));

    assertThat(failedTries())
        .containsExactly(
            "sha256 is 7663f943107460686c005e58926a15f745d9c3c46a1c90fec41c9f8321570e7f, not "
                + SHA256
                + " (18 bytes of text/html: a web page, not the archive)");
  }

  @Test
  void moreThanWasAnnouncedDoesNotCount() throws Exception {
    try (RawServer raw = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", CONTENT)) {
      assertThat(outcomes(source("a", archive(raw.url("/a"), CONTENT))))
          .containsExactly(
              "sha256 is "
                  + sha256(Arrays.copyOf(CONTENT, 10))
                  + ", not "
                  + SHA256
                  + " (10 bytes)");
    }
  }

  @Test
  void aFileThatIsTooBigIsNotTaken() {
    mirror
        .serve("/announced", file(CONTENT))
        .serve(
            "/endless",
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(CONTENT);
            });

    assertThat(
            outcomes(
                builder().maxBytes(99_999).build(),
                source(
                    "a",
                    archive(mirror.url("/announced"), CONTENT),
                    archive(mirror.url("/endless"), CONTENT))))
        .containsExactly(
            "100000 bytes are announced: at most 99999 are taken",
            "more than 99999 bytes came: at most 99999 are taken");
    assertThat(store.partFor(SHA256)).doesNotExist();
  }

  // --- servers that say no, break, or say nothing

  @Test
  void whoSaysNoIsNotAskedAgain() {
    mirror
        .serve("/403", status(403))
        .serve("/410", status(410))
        .serve("/418", status(418))
        .serve("/304", status(304))
        .serve("/302", status(302, "Location", "/302"));

    assertThat(
            outcomes(
                source(
                    "a",
                    archive(mirror.url("/404"), CONTENT),
                    archive(mirror.url("/403"), CONTENT),
                    archive(mirror.url("/410"), CONTENT),
                    archive(mirror.url("/418"), CONTENT),
                    archive(mirror.url("/304"), CONTENT),
                    archive(mirror.url("/302"), CONTENT))))
        .containsExactly(
            "HTTP 404 Not Found",
            "HTTP 403 Forbidden",
            "HTTP 410 Gone",
            "HTTP 418",
            "HTTP 304: redirected too often, or from https to http (now to nowhere)",
            "HTTP 302: redirected too often, or from https to http (now to /302)");
    assertThat(mirror.requests())
        .startsWith("/404", "/403", "/410", "/418", "/304")
        .filteredOn(r -> !r.equals("/302"))
        .hasSize(5);
    assertThat(pauses).isEmpty();
  }

  @Test
  void whoMayRecoverIsAskedAgainAfterPausesThatGrow() {
    mirror.serve("/a", status(503), status(500), status(502), status(504));

    assertThat(
            outcomes(builder().tries(5).build(), source("a", archive(mirror.url("/a"), CONTENT))))
        .containsExactly(
            "HTTP 503 Service Unavailable",
            "HTTP 500 Internal Server Error",
            "HTTP 502 Bad Gateway",
            "HTTP 504 Gateway Timeout",
            "HTTP 504 Gateway Timeout");
    assertThat(pauses)
        .containsExactly(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8));
  }

  @Test
  void aPauseIsHalfToAllOfItsLength() {
    SourceFetcher least =
        builder()
            .backoff(Duration.ofMillis(200))
            .time(pauses::add, () -> 0.0, Clock.systemUTC())
            .build();

    assertThat(least.pause(1, null)).isEqualTo(Duration.ofMillis(100));
    assertThat(least.pause(3, null)).isEqualTo(Duration.ofMillis(400));
    assertThat(least.pause(3, Duration.ofMillis(399))).isEqualTo(Duration.ofMillis(400));
    assertThat(least.pause(3, Duration.ofMillis(401))).isEqualTo(Duration.ofMillis(401));
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws Exception {
    mirror.serve(
        "/a",
        status(429, "Retry-After", "7"),
        status(503, "Retry-After", "Sun, 01 Mar 2026 12:00:30 GMT"),
        status(429, "Retry-After", "Sun, 01 Mar 2026 11:00:00 GMT"),
        status(429, "Retry-After", "soon"),
        file(CONTENT));

    fetch(builder().tries(9).build(), source("a", archive(mirror.url("/a"), CONTENT)));

    assertThat(pauses)
        .containsExactly(
            Duration.ofSeconds(7),
            Duration.ofSeconds(30),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8));
    assertThat(failedTries())
        .containsExactly(
            "HTTP 429 Too Many Requests, to be asked again in 7 s",
            "HTTP 503 Service Unavailable, to be asked again in 30 s",
            "HTTP 429 Too Many Requests, to be asked again in 0 s",
            "HTTP 429 Too Many Requests");
  }

  @Test
  void doesNotWaitForAnHour() throws Exception {
    mirror.serve("/a", status(429, "Retry-After", "3600")).serve("/b", file(CONTENT));

    fetch(source("a", archive(mirror.url("/a"), CONTENT), archive(mirror.url("/b"), CONTENT)));

    assertThat(failedTries())
        .containsExactly("HTTP 429 Too Many Requests, to be asked again in 3600 s");
    assertThat(mirror.requests()).containsExactly("/a", "/b");
    assertThat(pauses).isEmpty();
  }

  @Test
  void endsATransferThatStalls() throws Exception {
    mirror.serve("/a", mirror.stall(CONTENT, 20_000), file(CONTENT));

    FetchedSource fetched =
        fetch(
            builder().stallTimeout(Duration.ofMillis(300)).build(),
            source("a", archive(mirror.url("/a"), CONTENT)));

    assertThat(fetched.file()).hasBinaryContent(CONTENT);
    assertThat(failedTries())
        .containsExactly("nothing came for 300 ms, after 20000 of 100000 bytes");
    assertThat(mirror.requests()).containsExactly("/a", "/a bytes=20000-");
  }

  @Test
  void doesNotWaitForAnAnswerForEver() {
    mirror.serve("/a", mirror.silence());

    assertThat(
            outcomes(
                builder().stallTimeout(Duration.ofMillis(200)).tries(2).build(),
                source("a", archive(mirror.url("/a"), CONTENT))))
        .containsExactly(
            "no answer from " + mirror.host() + " within 200 ms",
            "no answer from " + mirror.host() + " within 200 ms");
  }

  @Test
  void aConnectionThatBreaksAtOnceIsTriedAgain() throws Exception {
    try (RawServer raw = new RawServer("", new byte[0])) {
      assertThat(outcomes(source("a", archive(raw.url("/a"), CONTENT))))
          .hasSize(3)
          .allMatch(
              outcome ->
                  outcome.startsWith(
                      "the connection to " + raw.host() + " broke before an answer came: "));
      assertThat(pauses).hasSize(2);
    }
  }

  @Test
  void aHostThatCannotBeReachedIsAskedOnlyOnce() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    String base = "http://127.0.0.1:" + port;

    SourceUnavailableException failure =
        failure(
            builder().parallel(1).build(),
            source("a", archive(base + "/a", CONTENT)),
            source("b", archive(base + "/b", OTHER)));

    assertThat(failure.sources())
        .extracting(s -> s.attempts().get(0).outcome())
        .containsExactly(
            "no connection to 127.0.0.1:" + port + ": refused, or no way there",
            "not asked again: no connection to 127.0.0.1:" + port + ": refused, or no way there");
    assertThat(pauses).isEmpty();
    assertThat(failure)
        .hasMessageEndingWith(
            "\n\nNot every host could be reached. Behind a proxy, set https_proxy and http_proxy, or"
                + " Java's own -Dhttps.proxyHost=HOST -Dhttps.proxyPort=PORT and the same with"
                + " http.");
  }

  @Test
  void aHostThatNobodyKnowsIsNamed() {
    assertThat(outcomes(source("a", archive("http://upstream.invalid/a", CONTENT))))
        .containsExactly(
            "upstream.invalid is not known: no network, no answer from the name server, or a wrong"
                + " name");
  }

  @Test
  void aProxyThatCannotBeReachedIsNamed() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    SourceFetcher fetcher =
        builder().proxies(ProxySelector.of(new InetSocketAddress("127.0.0.1", port))).build();

    assertThat(outcomes(fetcher, source("a", archive("http://upstream.invalid/a", CONTENT))))
        .containsExactly(
            "no connection to the proxy 127.0.0.1:" + port + ": refused, or no way there");
  }

  // --- places

  @Test
  void theCallersMirrorsCountInsteadOfTheRecipes() throws Exception {
    mirror.serve("/mine/x/a", file(CONTENT));
    SourceFetcher fetcher = builder().mirrors(Map.of("gnu", List.of(mirror.url("/mine")))).build();

    fetcher.fetch(
        List.of(source("a", archive("mirror://gnu/x/a", CONTENT))),
        List.of(group("gnu", mirror.url("/recipes/"))),
        events::add);

    assertThat(mirror.requests()).containsExactly("/mine/x/a");
  }

  @Test
  void theDebianMirrorIsTheMachinesOwn() throws Exception {
    Files.createDirectories(directory.resolve("apt"));
    Files.writeString(
        directory.resolve("apt/sources.list"), "deb " + mirror.url("/debian") + " trixie main\n");
    mirror.serve("/debian/pool/main/a/a/a_1.0.orig.tar.gz", file(CONTENT));

    fetch(source("a", archive("mirror://debian/pool/main/a/a/a_1.0.orig.tar.gz", CONTENT)));

    assertThat(mirror.requests()).containsExactly("/debian/pool/main/a/a/a_1.0.orig.tar.gz");
  }

  @Test
  void placesThatLeadNowhereAreSaid() throws Exception {
    Path apt = directory.resolve("apt");
    Source source =
        source(
            "a",
            archive("mirror://debian/pool/a", CONTENT),
            archive("mirror://gun/a", CONTENT),
            archive("mirror://empty", CONTENT),
            archive("mirror://odd/a", CONTENT),
            archive("ftp://host.test/a", CONTENT),
            archive("a.tar", CONTENT),
            archive("http://host.test/a b", CONTENT),
            archive("http:///a", CONTENT),
            archive("file:a.tar", CONTENT),
            archive("file:///absent/a.tar", CONTENT),
            archive(directory.toUri().toString(), CONTENT));
    List<MirrorGroup> groups = List.of(group("empty"), group("odd", "gopher://host.test/"));

    SourceUnavailableException failure =
        catchThrowableOfType(
            SourceUnavailableException.class,
            () -> builder().build().fetch(List.of(source), groups, events::add));

    assertThat(failure.sources().get(0).attempts())
        .extracting(Attempt::toString)
        .containsExactly(
            "mirror://debian/pool/a: this machine is set up with no Debian mirror (there is none in "
                + apt
                + "/sources.list and "
                + apt
                + "/sources.list.d)",
            "mirror://gun/a: there is no mirror group 'gun'",
            "mirror://empty: the mirror group 'empty' is empty",
            "gopher://host.test/a: only http, https and file can be fetched, not 'gopher'",
            "ftp://host.test/a: only http, https and file can be fetched, not 'ftp'",
            "a.tar: only http, https and file can be fetched, not 'null'",
            "http://host.test/a b: not a URL: Illegal character in path",
            "http:///a: not a URL: no host in it",
            "file:a.tar: not the URL of a file: URI is not hierarchical",
            "file:///absent/a.tar: no such file",
            directory.toUri() + ": Is a directory");
  }

  @Test
  void aptFilesThatCannotBeReadAreSaid() throws Exception {
    Path list = Files.createDirectories(directory.resolve("apt/sources.list"));
    mirror.serve("/a", file(CONTENT));

    fetch(source("a", archive("mirror://debian/a", CONTENT), archive(mirror.url("/a"), CONTENT)));

    assertThat(failedTries())
        .containsExactly("cannot read apt's mirrors in " + list.getParent() + ": Is a directory");
  }

  @Test
  void passwordsAreNotShown() {
    assertThat(new Attempt("http://user:secret@host.test/a@b", Reason.REFUSED, "HTTP 401"))
        .hasToString("http://***@host.test/a@b: HTTP 401");
    assertThat(new Attempt("http://host.test/a@b", Reason.REFUSED, "HTTP 401").url())
        .isEqualTo("http://host.test/a@b");
  }

  // --- what goes wrong on this side

  @Test
  void aStoreThatCannotBeWrittenEndsTheSourceAtOnce() throws Exception {
    Files.writeString(directory.resolve("store"), "in the way");

    assertThat(
            outcomes(
                source(
                    "a", archive(mirror.url("/a"), CONTENT), archive(mirror.url("/b"), CONTENT))))
        .containsExactly(
            "trouble with the store "
                + store.directory()
                + ": "
                + store.directory().resolve(SHA256)
                + ": Not a directory");
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void aDamagedFileIsSetAsideAndFetchedAgain() throws Exception {
    mirror.serve("/a", file(CONTENT));
    Source source = source("a", archive(mirror.url("/a"), CONTENT));
    Path file = fetch(source).file();
    Files.write(file, OTHER);
    events.clear();

    assertThat(fetch(source).file()).hasBinaryContent(CONTENT);

    Path aside = file.resolveSibling(".bad");
    assertThat(events)
        .startsWith(new FetchEvent.SetAside(source, source.archives().get(0), file, aside));
    assertThat(aside).hasBinaryContent(OTHER);
    assertThat(mirror.requests()).containsExactly("/a", "/a");
  }

  @Test
  void aDamagedFileThatCannotBeFetchedAgainIsSaid() throws Exception {
    Path file = store.fileFor(SHA256, "a");
    Files.createDirectories(file.getParent());
    Files.write(file, OTHER);

    assertThat(
            failure(
                builder().offline(true).build(), source("a", archive(mirror.url("/a"), CONTENT))))
        .hasMessage(
            """
            1 source is unavailable:

            a 1.0 (sources.yaml:3:5)
              FILE
                damaged, set aside as ASIDE
              URL
                not asked: offline
              To go on, get the file by other means and put it into the store (it is checked there):
                install -D a FILE

            The network was not used, because this run is offline. What is fetched once without \
            that stays in the store."""
                .replace("FILE", file.toString())
                .replace("ASIDE", file.resolveSibling(".bad").toString())
                .replace("URL", mirror.url("/a")));
  }

  @Test
  void aListenerThatThrowsEndsTheFetch() {
    mirror.serve("/a", file(CONTENT));

    assertThatThrownBy(
            () ->
                builder()
                    .build()
                    .fetch(
                        List.of(
                            source("a", archive(mirror.url("/a"), CONTENT)),
                            source("b", archive(mirror.url("/b"), OTHER))),
                        List.of(),
                        event -> {
                          throw new UnsupportedOperationException("no");
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a fetch ended in an unexpected way")
        .hasRootCauseMessage("no");
  }

  @Test
  void refusesTwoSourcesOfOneName() throws Exception {
    Source one = source("a", archive(mirror.url("/a"), CONTENT));
    Source two = source("a", archive(mirror.url("/b"), CONTENT));
    mirror.serve("/a", file(CONTENT));

    assertThatThrownBy(() -> builder().build().fetch(List.of(one, two), List.of(), events::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two different sources are called a");
    assertThat(builder().build().fetch(List.of(one, one), List.of(), events::add)).hasSize(1);
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    assertThatThrownBy(() -> builder().parallel(0)).hasMessage("at least 1 is needed: 0");
    assertThatThrownBy(() -> builder().tries(-1)).hasMessage("at least 1 is needed: -1");
    assertThatThrownBy(() -> builder().maxBytes(0)).hasMessage("at least 1 is needed: 0");
    assertThatThrownBy(() -> builder().connectTimeout(Duration.ZERO))
        .hasMessage("more than nothing is needed: PT0S");
    assertThatThrownBy(() -> builder().backoff(Duration.ofSeconds(-1)))
        .hasMessage("more than nothing is needed: PT-1S");
  }

  // --- offline and the whole message

  @Test
  void offlineEverythingThatIsMissingIsSaidTogether() throws Exception {
    mirror.serve("/c", file(CONTENT));
    Source there = source("c", archive(mirror.url("/c"), CONTENT));
    fetch(there);
    byte[] third = Samples.bytes(3, 1);

    SourceUnavailableException failure =
        failure(
            builder().offline(true).build(),
            source("a", archive(mirror.url("/a"), OTHER), archive("mirror://debian/a", OTHER)),
            there,
            source("b", archive(mirror.url("/b"), third)));

    assertThat(failure.sources()).extracting(s -> s.source().id()).containsExactly("a", "b");
    assertThat(failure.sources())
        .flatExtracting(UnavailableSource::attempts)
        .extracting(Attempt::reason)
        .containsOnly(Reason.OFFLINE);
    assertThat(mirror.requests()).containsExactly("/c");
    assertThat(failure)
        .hasMessage(
            """
            2 sources are unavailable:

            a 1.0 (sources.yaml:3:5)
              HOST/a
                not asked: offline
              mirror://debian/a
                not asked: offline
              To go on, get the file by other means and put it into the store (it is checked there):
                install -D a STORE/DIGEST-A/a

            b 1.0 (sources.yaml:3:5)
              HOST/b
                not asked: offline
              To go on, get the file by other means and put it into the store (it is checked there):
                install -D b STORE/DIGEST-B/b

            The network was not used, because this run is offline. What is fetched once without \
            that stays in the store."""
                .replace("HOST", mirror.url(""))
                .replace("STORE", store.directory().toString())
                .replace("DIGEST-A", sha256(OTHER))
                .replace("DIGEST-B", sha256(third)));
  }

  @Test
  void oneFailureDoesNotKeepTheOthersFromBeingFetched() throws Exception {
    mirror.serve("/a", status(503)).serve("/it's", file(OTHER)).serve("/b", file(CONTENT));
    Source good = source("b", archive(mirror.url("/b"), CONTENT));

    SourceUnavailableException failure =
        failure(
            builder().parallel(1).build(),
            source(
                "a",
                archive(mirror.url("/a"), Samples.bytes(4, 4)),
                archive(mirror.url("/it's"), Samples.bytes(5, 5))),
            good);

    assertThat(store.find(SHA256)).isPresent();
    assertThat(failure)
        .hasMessage(
            """
            1 source is unavailable:

            a 1.0 (sources.yaml:3:5)
              HOST/a
                HTTP 503 Service Unavailable (3 times)
              HOST/it's
                sha256 is WRONG, not RIGHT (5000 bytes)
              To go on, get one of the files by other means and put it into the store (it is checked \
            there):
                install -D a STORE/FIRST/a
                install -D 'it'\\''s' 'STORE/RIGHT/it'\\''s'

            A wrong sha256 from every place means that the release was replaced or that the recipe \
            is wrong: compare with what upstream announced before you change the recipe."""
                .replace("HOST", mirror.url(""))
                .replace("STORE", store.directory().toString())
                .replace("WRONG", sha256(OTHER))
                .replace("RIGHT", sha256(Samples.bytes(5, 5)))
                .replace("FIRST", sha256(Samples.bytes(4, 4))));
  }

  // --- several at once, and cancelling

  @Test
  void twoFetchersOfOneDigestFetchItOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    mirror.serve(
        "/a",
        exchange -> {
          asked.countDown();
          try {
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          file(CONTENT).to(exchange);
        });
    Source source = source("a", archive(mirror.url("/a"), CONTENT));
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<FetchedSource> first = threads.submit(() -> fetch(source));
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      List<FetchEvent> second = Collections.synchronizedList(new ArrayList<>());

      // By another way to the same place.
      Path link = Files.createSymbolicLink(directory.resolve("link"), store.directory());
      FetchedSource got =
          SourceFetcher.builder(new SourceStore(link))
              .proxies(ProxySelector.of(null))
              .build()
              .fetch(
                  List.of(source),
                  List.of(),
                  event -> {
                    second.add(event);
                    if (event instanceof FetchEvent.Waiting) {
                      waiting.countDown();
                    }
                  })
              .get("a");

      assertThat(got.file()).hasBinaryContent(CONTENT);
      assertThat(first.get().file()).hasBinaryContent(CONTENT);
      assertThat(second)
          .containsExactly(
              new FetchEvent.Waiting(source, source.archives().get(0)), new FetchEvent.Reused(got));
      assertThat(mirror.requests()).containsExactly("/a");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void interruptingEndsEverythingAndLeavesWhatCame() throws Exception {
    mirror
        .serve("/a", mirror.stall(CONTENT, 50_000))
        .serve("/b", mirror.silence())
        .serve("/c", status(503));
    CountDownLatch under = new CountDownLatch(3);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    SourceFetcher fetcher =
        builder()
            .time(
                pause -> {
                  under.countDown();
                  new CountDownLatch(1).await();
                },
                () -> 1.0,
                Clock.systemUTC())
            .build();
    Thread caller =
        new Thread(
            () -> {
              try {
                fetcher.fetch(
                    List.of(
                        source("a", archive(mirror.url("/a"), CONTENT)),
                        source("b", archive(mirror.url("/b"), OTHER)),
                        source("c", archive(mirror.url("/c"), Samples.bytes(3, 3)))),
                    List.of(),
                    event -> {
                      if ((event instanceof FetchEvent.Started s && s.url().endsWith("/b"))
                          || (event instanceof FetchEvent.Progress p && p.bytes() == 0)) {
                        under.countDown();
                      }
                    });
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    caller.start();
    assertThat(under.await(20, TimeUnit.SECONDS)).isTrue();
    Path part = store.partFor(SHA256);
    while (!Files.exists(part) || Files.size(part) < 50_000) {
      Thread.onSpinWait();
    }

    long start = System.nanoTime();
    caller.interrupt();
    caller.join(20_000);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(thrown.get().getSuppressed()).isEmpty();
    assertThat(part).hasBinaryContent(Arrays.copyOf(CONTENT, 50_000));
    mirror.serve("/a", file(CONTENT));
    assertThat(fetch(source("a", archive(mirror.url("/a"), CONTENT))).file())
        .hasBinaryContent(CONTENT);
    assertThat(mirror.requests()).contains("/a bytes=50000-");
  }

  @Test
  void progressIsToldAtMostTenTimesASecond() {
    Source source = source("a", archive(mirror.url("/a"), CONTENT));
    Meter meter = new Meter(events::add, source, source.archives().get(0));
    long start = System.nanoTime();

    meter.begin(0, 1_000_000);
    for (int i = 1; i <= 1_000_000; i++) {
      meter.grew(i);
    }
    meter.end(1_000_000);

    long tenths = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 100;
    assertThat(events).hasSizeBetween(2, (int) tenths + 2);
    assertThat(events.get(events.size() - 1))
        .isEqualTo(new FetchEvent.Progress(source, source.archives().get(0), 1_000_000, 1_000_000));
  }
}
