package dev.ffs.source;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The proxies of {@code http_proxy}, {@code https_proxy} and {@code no_proxy}, which Java leaves
 * aside although every other program on the machine goes by them.
 *
 * <p>What Java was told itself comes first: with any of its own properties set, the environment
 * counts for nothing, and where its selector names a proxy, that one is taken.
 */
final class EnvironmentProxies extends ProxySelector {

  private static final Set<String> OWN =
      Set.of("http.proxyHost", "https.proxyHost", "socksProxyHost", "java.net.useSystemProxies");

  private final ProxySelector java;
  private final Map<String, Proxy> byScheme;
  private final List<String> direct;

  private EnvironmentProxies(ProxySelector java, Map<String, Proxy> byScheme, List<String> direct) {
    this.java = java;
    this.byScheme = byScheme;
    this.direct = direct;
  }

  /**
   * Returns the selector to use.
   *
   * @throws IllegalArgumentException if a variable holds no proxy
   */
  static ProxySelector over(
      ProxySelector java, Map<String, String> environment, Set<String> properties) {
    Optional<Proxy> http = proxy("http_proxy", environment);
    Optional<Proxy> https = proxy("https_proxy", environment);
    if ((http.isEmpty() && https.isEmpty()) || OWN.stream().anyMatch(properties::contains)) {
      return java;
    }
    return new EnvironmentProxies(
        java,
        Map.of("http", http.orElse(Proxy.NO_PROXY), "https", https.orElse(Proxy.NO_PROXY)),
        List.of(variable("no_proxy", environment).toLowerCase(Locale.ROOT).split("[,\\s]+")));
  }

  private static String variable(String name, Map<String, String> environment) {
    String upper = environment.getOrDefault(name.toUpperCase(Locale.ROOT), "");
    return environment.getOrDefault(name, upper).strip();
  }

  private static Optional<Proxy> proxy(String name, Map<String, String> environment) {
    String value = variable(name, environment);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(value.contains("://") ? value : "http://" + value);
      if (uri.getHost() != null) {
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        // Resolved when it is used: here it might only be slow.
        return Optional.of(
            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port)));
      }
    } catch (IllegalArgumentException e) {
      // Said below; the reason may hold a password.
    }
    throw new IllegalArgumentException(
        "the environment variable " + name + " holds no proxy: http://HOST:PORT is needed");
  }

  @Override
  public List<Proxy> select(URI uri) {
    List<Proxy> known = java.select(uri);
    boolean none = known.stream().allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT);
    return none && !isDirect(uri.getHost())
        ? List.of(byScheme.getOrDefault(uri.getScheme(), Proxy.NO_PROXY))
        : known;
  }

  /** As curl does it: a name stands for itself and all below it. */
  private boolean isDirect(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return direct.stream()
        .map(entry -> entry.replaceFirst("^\\*?\\.", ""))
        .anyMatch(
            entry ->
                entry.equals("*")
                    || (!entry.isEmpty() && (name.equals(entry) || name.endsWith("." + entry))));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    java.connectFailed(uri, address, e);
  }
}
