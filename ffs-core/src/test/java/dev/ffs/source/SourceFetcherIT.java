package dev.ffs.source;

import static dev.ffs.source.Mirror.file;
import static dev.ffs.source.Samples.archive;
import static dev.ffs.source.Samples.sha256;
import static dev.ffs.source.Samples.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ffs.fixtures.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes, full disks, real certificates. */
@Timeout(120)
class SourceFetcherIT {

  private static final byte[] CONTENT = Samples.bytes(1, 3_000_000);
  private static final String SHA256 = sha256(CONTENT);

  @TempDir Path directory;
  private Mirror mirror;
  private final List<Process> children = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    mirror = new Mirror();
  }

  @AfterEach
  void stop() {
    children.forEach(Process::destroyForcibly);
    mirror.close();
  }

  private Path store() {
    return directory.resolve("store");
  }

  private static List<String> java(Path store, String url) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:auto",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        FetchMain.class.getName(),
        store.toString(),
        url,
        SHA256);
  }

  private Process child(ProcessBuilder builder, String... environment) throws IOException {
    builder.environment().keySet().removeIf(n -> n.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    for (int i = 0; i < environment.length; i += 2) {
      builder.environment().put(environment[i], environment[i + 1]);
    }
    Process child = builder.redirectErrorStream(true).start();
    children.add(child);
    return child;
  }

  private Process fetch(String path) throws IOException {
    return child(new ProcessBuilder(java(store(), mirror.url(path))));
  }

  private static List<String> output(Process child) throws Exception {
    List<String> lines = child.inputReader().lines().filter(l -> !l.equals("Progress")).toList();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines;
  }

  @Test
  void twoProcessesFetchOneDigestOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    mirror.serve(
        "/a",
        exchange -> {
          asked.countDown();
          try {
            assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          file(CONTENT).to(exchange);
        });
    Process first = fetch("/a");
    assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

    Process second = fetch("/a");
    try (BufferedReader lines = second.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("Waiting");
      waiting.countDown();
      assertThat(lines.readLine()).isEqualTo("Reused");
    }

    assertThat(output(first)).containsExactly("Started", "Verified");
    assertThat(first.exitValue()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(mirror.requests()).containsExactly("/a");
    assertThat(new SourceStore(store()).find(SHA256)).isPresent();
  }

  @Test
  void waitingForAnotherProcessCanBeInterrupted() throws Exception {
    mirror.serve("/a", mirror.stall(CONTENT, 10));
    CountDownLatch waiting = new CountDownLatch(1);
    Process other = fetch("/a");
    try (BufferedReader lines = other.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("Started");
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  SourceFetcher.builder(new SourceStore(store()))
                      .build()
                      .fetch(
                          List.of(source("a", archive(mirror.url("/a"), CONTENT))),
                          List.of(),
                          event -> {
                            assertThat(event).isInstanceOf(FetchEvent.Waiting.class);
                            waiting.countDown();
                          });
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });
      caller.start();
      assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();

      caller.interrupt();
      caller.join(4_000);

      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      assertThat(thrown.get().getSuppressed()).isEmpty();
      assertThat(other.isAlive()).isTrue();
    }
  }

  @Test
  void aKilledProcessLeavesWhatTheNextOneGoesOnFrom() throws Exception {
    mirror.serve("/a", mirror.stall(CONTENT, 2_000_000), file(CONTENT));
    Process killed = fetch("/a");
    Path part = new SourceStore(store()).partFor(SHA256);
    while (!Files.exists(part) || Files.size(part) < 2_000_000) {
      assertThat(killed.isAlive()).isTrue();
      Thread.onSpinWait();
    }
    killed.destroyForcibly().waitFor();

    Process next = fetch("/a");

    assertThat(output(next)).containsExactly("Started", "Verified");
    assertThat(mirror.requests()).containsExactly("/a", "/a bytes=2000000-");
    assertThat(new SourceStore(store()).find(SHA256)).isPresent();
  }

  @Test
  void aFullDiskIsSaidAndNoMirrorBlamed() throws Exception {
    mirror.serve("/a", file(CONTENT));
    Path store = Files.createDirectory(store());

    Process child =
        inOwnMounts(
            "mount -t tmpfs -o size=1m none \"$1\" && shift && exec \"$@\"",
            store,
            java(store, mirror.url("/a")));

    Path part = new SourceStore(store).partFor(SHA256);
    assertThat(output(child))
        .containsExactly(
            "Started",
            "AttemptFailed",
            "1 source is unavailable:",
            "",
            "a 1.0 (sources.yaml:3:5)",
            "  " + mirror.url("/a"),
            "    cannot write " + part + ": No space left on device",
            "  To go on, get the file by other means and put it into the store (it is checked there):",
            "    install -D a " + part.resolveSibling("a"));
    assertThat(child.exitValue()).isEqualTo(4);
    assertThat(mirror.requests()).containsExactly("/a");
  }

  @Test
  void aStoreThatCannotBeWrittenCanBeReadAllTheSame() throws Exception {
    Path store = Files.createDirectory(store());
    Path file = new SourceStore(store).fileFor(SHA256, "a");
    Files.createDirectory(file.getParent());
    Files.write(file, CONTENT);

    Process child =
        inOwnMounts(
            "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && shift && exec \"$@\"",
            store,
            java(store, mirror.url("/a")));

    assertThat(output(child)).containsExactly("Reused");
    assertThat(child.exitValue()).isZero();
    assertThat(file.resolveSibling(".verified")).doesNotExist();
  }

  private Process inOwnMounts(String script, Path store, List<String> command) throws Exception {
    Tools.requireNamespaces();
    List<String> whole =
        new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c", script, "sh", store.toString()));
    whole.addAll(command);
    return child(new ProcessBuilder(whole));
  }

  @Test
  void goesByTheProxyOfTheEnvironment() throws Exception {
    mirror.serve("/a", file(CONTENT));
    Process child =
        child(
            new ProcessBuilder(java(store(), "http://upstream.invalid/a")),
            "http_proxy",
            "http://" + mirror.host() + "/");

    assertThat(output(child)).containsExactly("Started", "Verified");
    assertThat(mirror.requests()).containsExactly("/a");
  }

  @Test
  void aCertificateThatNobodySignedIsRefused() throws Exception {
    Path keys = directory.resolve("keys.p12");
    Process keytool =
        child(
            new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-storepass",
                "changeit",
                "-keystore",
                keys.toString()));
    assertThat(output(keytool)).isNotNull();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    server.start();
    try {
      String host = "localhost:" + server.getAddress().getPort();

      SourceUnavailableException failure =
          catchThrowableOfType(
              SourceUnavailableException.class,
              () ->
                  SourceFetcher.builder(new SourceStore(store()))
                      .build()
                      .fetch(
                          List.of(source("a", archive("https://" + host + "/a", CONTENT))),
                          List.of(),
                          event -> {}));

      assertThat(failure.sources().get(0).attempts())
          .singleElement()
          .extracting(Attempt::outcome)
          .asString()
          .startsWith("no secure connection to " + host + ": ")
          .contains("unable to find valid certification path");
    } finally {
      server.stop(0);
    }
  }

  private static SSLContext context(Path keys) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void fourProcessesAndABrokenConnectionGiveOneGoodFile() throws Exception {
    List<Process> all = new ArrayList<>();
    mirror.serve("/a", Mirror.drop(CONTENT, 1_000_000), file(CONTENT));
    for (int i = 0; i < 4; i++) {
      all.add(fetch("/a"));
    }
    int asked = 0;
    for (Process child : all) {
      List<String> lines = output(child);
      assertThat(child.exitValue()).isZero();
      asked += lines.contains("Started") ? 1 : 0;
    }

    assertThat(asked).isEqualTo(1);
    // How much arrived before the connection broke is up to the kernel.
    assertThat(mirror.requests()).hasSize(2).first().isEqualTo("/a");
    assertThat(mirror.requests().get(1)).matches("/a bytes=[1-9][0-9]*-");
    assertThat(store().resolve(SHA256).resolve("a")).hasBinaryContent(CONTENT);
  }
}
