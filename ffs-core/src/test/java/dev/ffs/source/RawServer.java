package dev.ffs.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A server that sends the same bytes to whoever asks, proper HTTP or not, and hangs up. */
final class RawServer implements AutoCloseable {

  private final ServerSocket socket;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread;

  RawServer(String head, byte[] body) throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread = new Thread(() -> run(head, body), "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(String head, byte[] body) {
    while (true) {
      try (Socket client = socket.accept()) {
        requests.add(readHead(client.getInputStream()).split("\r\n", 2)[0]);
        client.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().write(body);
        client.getOutputStream().flush();
      } catch (IOException e) {
        if (socket.isClosed()) {
          return;
        }
      }
    }
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.append((char) c);
      if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        break;
      }
    }
    return head.toString();
  }

  /** The first lines of the requests. */
  List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  String host() {
    return "127.0.0.1:" + port();
  }

  String url(String path) {
    return "http://" + host() + path;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
