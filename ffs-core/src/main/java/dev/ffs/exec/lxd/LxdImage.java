package dev.ffs.exec.lxd;

import java.time.Instant;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * An image from which containers are made.
 *
 * @param alias its name; one image may have several, and is listed once for each
 * @param fingerprint sha256 of its content, in hexadecimal digits
 * @param properties what was said of it when it was made
 * @param created when it came to this LXD
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LxdImage(
    String alias, String fingerprint, Map<String, String> properties, Instant created) {

  /** Copies the properties. */
  public LxdImage {
    properties = Map.copyOf(properties);
  }
}
