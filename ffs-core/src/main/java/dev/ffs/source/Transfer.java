package dev.ffs.source;

import dev.ffs.source.Attempt.Reason;
import dev.ffs.source.FetchFailure.Remedy;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Brings the bytes of a URL into a part file: one try at a time. */
final class Transfer {

  private static final Pattern RANGE =
      Pattern.compile("bytes\\s+(\\d{1,18})-\\d+/(\\d{1,18}|\\*)", Pattern.CASE_INSENSITIVE);

  private final ProxySelector proxies;
  private final Duration connectTimeout;
  private final Duration stallTimeout;
  private final long maxBytes;
  private final Clock clock;
  private @Nullable HttpClient client;

  Transfer(
      ProxySelector proxies,
      Duration connectTimeout,
      Duration stallTimeout,
      long maxBytes,
      Clock clock) {
    this.proxies = proxies;
    this.connectTimeout = connectTimeout;
    this.stallTimeout = stallTimeout;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /** Made only when it is needed: it takes a tenth of a second. */
  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              // Nothing is gained by HTTP/2 here, and old proxies stumble over the upgrade.
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NORMAL)
              .connectTimeout(connectTimeout)
              .proxy(proxies)
              .build();
    }
    return client;
  }

  /**
   * Makes the part the archive: goes on behind what is there if the server lets us, or begins anew.
   *
   * @throws FetchFailure if the part is not the archive with the digest at the end
   * @throws InterruptedException if the watch was cancelled
   */
  void get(URI uri, String sha256, PartFile part, Watch watch, Meter meter)
      throws FetchFailure, InterruptedException {
    if ("file".equalsIgnoreCase(uri.getScheme())) {
      file(uri, sha256, part, watch, meter);
    } else {
      http(uri, sha256, part, watch, meter);
    }
  }

  private void file(URI uri, String sha256, PartFile part, Watch watch, Meter meter)
      throws FetchFailure, InterruptedException {
    Path path;
    try {
      path = Path.of(uri);
    } catch (IllegalArgumentException e) {
      throw new FetchFailure(
          Reason.NO_PLACE, Remedy.ELSEWHERE, "not the URL of a file: " + Errors.text(e));
    }
    part.restart();
    try (InputStream in = Files.newInputStream(path)) {
      meter.begin(0, Files.size(path));
      copy(in, part, () -> {}, meter);
    } catch (IOException e) {
      watch.check();
      throw new FetchFailure(Reason.REFUSED, Remedy.ELSEWHERE, Errors.text(e, path));
    }
    verify(part, sha256, 0, "");
  }

  private void http(URI uri, String sha256, PartFile part, Watch watch, Meter meter)
      throws FetchFailure, InterruptedException {
    long had = part.size();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            // Until the answer begins; from then on the watch counts.
            .timeout(stallTimeout)
            .header("User-Agent", "ffs")
            // The file as it is, not as the server would like to wrap it.
            .header("Accept-Encoding", "identity");
    if (had > 0) {
      request.header("Range", "bytes=" + had + "-");
    }
    HttpResponse<InputStream> response;
    try {
      response = client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw noAnswer(uri, e);
    }
    try (Watch.Guard guard = watch.over(response.body(), stallTimeout)) {
      long total = begin(response, part);
      meter.begin(part.size(), total);
      try {
        copy(response.body(), part, guard::alive, meter);
      } catch (IOException e) {
        watch.check();
        throw new FetchFailure(Reason.BROKEN, Remedy.LATER, broken(guard, part.size(), total));
      }
    }
    boolean resumed = response.statusCode() == 206;
    verify(
        part,
        sha256,
        resumed ? had : 0,
        response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "").strip());
  }

  private void copy(InputStream in, PartFile part, Runnable alive, Meter meter)
      throws IOException, FetchFailure {
    byte[] buffer = new byte[Digests.BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      alive.run();
      part.write(buffer, n);
      meter.grew(part.size());
      if (part.size() > maxBytes) {
        part.restart();
        throw tooBig("more than " + maxBytes + " bytes came");
      }
    }
    meter.end(part.size());
  }

  /** Judges the head of an answer; returns the size of the whole file, or -1. */
  private long begin(HttpResponse<?> response, PartFile part) throws FetchFailure {
    HttpHeaders headers = response.headers();
    int status = response.statusCode();
    long length = headers.firstValueAsLong("Content-Length").orElse(-1);
    long total;
    if (status == 206 && part.size() > 0) {
      String range = headers.firstValue("Content-Range").orElse("");
      Matcher matcher = RANGE.matcher(range.strip());
      if (!matcher.matches() || Long.parseLong(matcher.group(1)) != part.size()) {
        throw fromStart(part.size(), "another range came (Content-Range '" + range + "')");
      }
      String whole = matcher.group(2);
      total = whole.equals("*") ? -1 : Long.parseLong(whole);
    } else if (status == 416 && part.size() > 0) {
      throw fromStart(part.size(), "the file has no more than that (HTTP 416)");
    } else if (status == 200) {
      part.restart();
      total = length;
    } else {
      throw refused(status, headers);
    }
    if (total > maxBytes) {
      throw tooBig(total + " bytes are announced");
    }
    return total;
  }

  private FetchFailure tooBig(String what) {
    return new FetchFailure(
        Reason.WRONG_CONTENT, Remedy.ELSEWHERE, what + ": at most " + maxBytes + " are taken");
  }

  private static FetchFailure fromStart(long had, String why) {
    return new FetchFailure(
        Reason.BROKEN,
        Remedy.FROM_START,
        "could not go on at " + had + " bytes: " + why + "; once more from the start");
  }

  private FetchFailure refused(int status, HttpHeaders headers) {
    String outcome = "HTTP " + status + phrase(status);
    if (status >= 300 && status < 400) {
      String location = headers.firstValue("Location").orElse("nowhere");
      return new FetchFailure(
          Reason.REFUSED,
          Remedy.ELSEWHERE,
          outcome + ": redirected too often, or from https to http (now to " + location + ")");
    }
    if (status != 408 && status != 429 && status < 500) {
      return new FetchFailure(Reason.REFUSED, Remedy.ELSEWHERE, outcome);
    }
    Duration wait = headers.firstValue("Retry-After").map(this::retryAfter).orElse(null);
    return new FetchFailure(
        Reason.REFUSED,
        Remedy.LATER,
        wait == null ? outcome : outcome + ", to be asked again in " + seconds(wait),
        wait);
  }

  /** After RFC 9110, section 10.2.3: seconds or a date. */
  private @Nullable Duration retryAfter(String value) {
    try {
      if (value.strip().matches("\\d{1,9}")) {
        return Duration.ofSeconds(Long.parseLong(value.strip()));
      }
      ZonedDateTime when = ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), when.toInstant());
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      // Not understood: as if the server had said nothing.
      return null;
    }
  }

  private static void verify(PartFile part, String sha256, long resumedAt, String type)
      throws FetchFailure {
    String actual = part.sha256();
    if (actual.equals(sha256)) {
      return;
    }
    String what = "sha256 is " + actual + ", not " + sha256 + " (" + part.size() + " bytes";
    if (resumedAt > 0) {
      throw new FetchFailure(
          Reason.WRONG_CONTENT,
          Remedy.FROM_START,
          what + ", resumed at " + resumedAt + "; once more from the start)");
    }
    boolean page = type.toLowerCase(Locale.ROOT).matches("text/html|application/xhtml.*");
    part.restart();
    throw new FetchFailure(
        Reason.WRONG_CONTENT,
        Remedy.ELSEWHERE,
        what + (page ? " of " + type + ": a web page, not the archive)" : ")"));
  }

  private String broken(Watch.Guard guard, long size, long total) {
    String progress = size + (total < 0 ? " bytes" : " of " + total + " bytes");
    return guard.stalled()
        ? "nothing came for " + seconds(stallTimeout) + ", after " + progress
        : "the connection broke after " + progress;
  }

  /** Finds out why there was no answer at all. */
  private FetchFailure noAnswer(URI uri, IOException e) {
    String peer = peer(uri);
    if (e instanceof HttpConnectTimeoutException) {
      return unreachable("no connection to " + peer + " within " + seconds(connectTimeout));
    }
    if (e instanceof HttpTimeoutException) {
      return new FetchFailure(
          Reason.BROKEN,
          Remedy.LATER,
          "no answer from " + peer + " within " + seconds(stallTimeout));
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return unreachable(
            peer + " is not known: no network, no answer from the name server, or a wrong name");
      }
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      // Java 17 does not tell which of the two.
      return unreachable("no connection to " + peer + ": refused, or no way there");
    }
    if (e instanceof SSLHandshakeException) {
      return new FetchFailure(
          Reason.BROKEN,
          Remedy.OTHER_HOST,
          "no secure connection to " + peer + ": " + Errors.text(e));
    }
    return new FetchFailure(
        Reason.BROKEN,
        Remedy.LATER,
        "the connection to " + peer + " broke before an answer came: " + Errors.text(e));
  }

  private static FetchFailure unreachable(String outcome) {
    return new FetchFailure(Reason.UNREACHABLE, Remedy.OTHER_HOST, outcome);
  }

  /** Returns who is at the other end of the connection: the host, or a proxy. */
  String peer(URI uri) {
    return proxies.select(uri).stream()
        .map(proxy -> proxy.address())
        .filter(InetSocketAddress.class::isInstance)
        .map(InetSocketAddress.class::cast)
        .map(address -> "the proxy " + address.getHostString() + ":" + address.getPort())
        .findFirst()
        .orElseGet(() -> uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
  }

  private static String seconds(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
  }

  private static String phrase(int status) {
    return switch (status) {
      case 401 -> " Unauthorized";
      case 403 -> " Forbidden";
      case 404 -> " Not Found";
      case 407 -> " Proxy Authentication Required";
      case 410 -> " Gone";
      case 429 -> " Too Many Requests";
      case 500 -> " Internal Server Error";
      case 502 -> " Bad Gateway";
      case 503 -> " Service Unavailable";
      case 504 -> " Gateway Timeout";
      default -> "";
    };
  }
}
