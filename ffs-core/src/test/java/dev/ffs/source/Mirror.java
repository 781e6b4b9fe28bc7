package dev.ffs.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server that does to each path what a test wants, request after request. */
final class Mirror implements AutoCloseable {

  /** What happens to one request. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  Mirror() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(path + (range == null ? "" : " " + range));
    Deque<Answer> known = answers.get(path);
    try (exchange) {
      if (known == null) {
        status(404).to(exchange);
        return;
      }
      Answer answer;
      synchronized (known) {
        answer = known.size() > 1 ? known.poll() : known.peek();
      }
      answer.to(exchange);
    }
  }

  /** Says what a path answers; the last answer stays. */
  Mirror serve(String path, Answer... inOrder) {
    answers.put(path, new ArrayDeque<>(Arrays.asList(inOrder)));
    return this;
  }

  /** Paths in the order they were asked for, with the range if there was one. */
  List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  String host() {
    return server.getAddress().getHostString() + ":" + server.getAddress().getPort();
  }

  String url(String path) {
    return "http://" + host() + path;
  }

  /** A file by a server that can do ranges. */
  static Answer file(byte[] content) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      if (range == null) {
        write(exchange, 200, content, content.length);
        return;
      }
      int from = Integer.parseInt(range.replaceAll("\\D", ""));
      if (from >= content.length) {
        status(416).to(exchange);
        return;
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      byte[] rest = Arrays.copyOfRange(content, from, content.length);
      write(exchange, 206, rest, rest.length);
    };
  }

  /** A file by a server that can not. */
  static Answer whole(byte[] content) {
    return exchange -> write(exchange, 200, content, content.length);
  }

  static Answer page(String html) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      byte[] bytes = html.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      write(exchange, 200, bytes, bytes.length);
    };
  }

  /** Announces everything, sends some of it and hangs up. */
  static Answer drop(byte[] content, int after) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
      if (range != null) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/*");
      }
      write(
          exchange,
          range == null ? 200 : 206,
          Arrays.copyOfRange(content, from, after),
          content.length - from);
    };
  }

  /** Sends some of it, and then nothing until this server is closed. */
  Answer stall(byte[] content, int after) {
    return exchange -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, after);
      exchange.getResponseBody().flush();
      waitForTheEnd();
    };
  }

  /** Never answers. */
  Answer silence() {
    return exchange -> waitForTheEnd();
  }

  private void waitForTheEnd() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static Answer status(int code, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(code, -1);
    };
  }

  /** Any status, headers and body. */
  static Answer body(int code, byte[] content, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      write(exchange, code, content, content.length);
    };
  }

  private static void write(HttpExchange exchange, int code, byte[] content, int announced)
      throws IOException {
    exchange.sendResponseHeaders(code, announced);
    OutputStream out = exchange.getResponseBody();
    out.write(content);
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
