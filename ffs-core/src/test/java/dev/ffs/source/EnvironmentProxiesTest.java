package dev.ffs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EnvironmentProxiesTest {

  private static final ProxySelector NONE = ProxySelector.of(null);

  private static String proxy(ProxySelector selector, String url) {
    Proxy first = selector.select(URI.create(url)).get(0);
    return first.type() == Proxy.Type.DIRECT
        ? "direct"
        : ((InetSocketAddress) first.address()).getHostString()
            + ":"
            + ((InetSocketAddress) first.address()).getPort();
  }

  private static ProxySelector over(Map<String, String> environment) {
    return EnvironmentProxies.over(NONE, environment, Set.of());
  }

  @Test
  void withoutVariablesJavaDecides() {
    assertThat(over(Map.of("no_proxy", "x", "http_proxy", " "))).isSameAs(NONE);
  }

  @Test
  void eachSchemeHasItsVariable() {
    ProxySelector both =
        over(Map.of("http_proxy", "http://a.test:3128/", "HTTPS_PROXY", "b.test:8080"));
    ProxySelector one = over(Map.of("http_proxy", "http://user:secret@a.test"));

    assertThat(proxy(both, "http://x.test/")).isEqualTo("a.test:3128");
    assertThat(proxy(both, "https://x.test/")).isEqualTo("b.test:8080");
    assertThat(proxy(one, "http://x.test/")).isEqualTo("a.test:80");
    assertThat(proxy(one, "https://x.test/")).isEqualTo("direct");
  }

  @Test
  void hostsOfNoProxyAreAskedDirectly() {
    ProxySelector selector =
        over(Map.of("http_proxy", "p.test:1", "no_proxy", "one.test, .two.test,*.Three.test"));

    assertThat(proxy(selector, "http://one.test/")).isEqualTo("direct");
    assertThat(proxy(selector, "http://a.ONE.test/")).isEqualTo("direct");
    assertThat(proxy(selector, "http://a.two.test/")).isEqualTo("direct");
    assertThat(proxy(selector, "http://three.test/")).isEqualTo("direct");
    assertThat(proxy(selector, "http://bone.test/")).isEqualTo("p.test:1");
    assertThat(proxy(over(Map.of("http_proxy", "p.test:1", "no_proxy", "*")), "http://x.test/"))
        .isEqualTo("direct");
  }

  @Test
  void whatJavaWasToldComesFirst() {
    Map<String, String> environment = Map.of("http_proxy", "p.test:1");
    ProxySelector own = ProxySelector.of(InetSocketAddress.createUnresolved("own.test", 2));

    assertThat(EnvironmentProxies.over(NONE, environment, Set.of("https.proxyHost")))
        .isSameAs(NONE);
    assertThat(proxy(EnvironmentProxies.over(own, environment, Set.of()), "http://x.test/"))
        .isEqualTo("own.test:2");
  }

  @Test
  void aValueThatIsNoProxyIsAnErrorThatDoesNotShowIt() {
    for (String value : List.of("http://user:secret@a b", "http:///secret")) {
      assertThatThrownBy(() -> over(Map.of("https_proxy", value)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the environment variable https_proxy holds no proxy: http://HOST:PORT is needed");
    }
  }

  @Test
  void javaIsToldOfProxiesThatFail() {
    List<String> told = new ArrayList<>();
    ProxySelector java =
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException e) {
            told.add(uri + " " + e.getMessage());
          }
        };

    EnvironmentProxies.over(java, Map.of("http_proxy", "p.test:1"), Set.of())
        .connectFailed(
            URI.create("http://x.test/"),
            InetSocketAddress.createUnresolved("p.test", 1),
            new IOException("no"));

    assertThat(told).containsExactly("http://x.test/ no");
  }
}
