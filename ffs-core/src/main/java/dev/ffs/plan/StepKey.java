package dev.ffs.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * Everything that the result of a step depends on, by name.
 *
 * <p>Two steps with equal keys have equal results, so the one is used for the other.
 *
 * @param inputs name of an input, such as {@code script} or {@code layer tools/gmp}, to a digest of
 *     it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StepKey(SortedMap<String, String> inputs) {

  /** Copies the map. */
  public StepKey {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
  }

  /**
   * Returns the key as one string.
   *
   * @return SHA-256 over all inputs, 64 hexadecimal digits
   */
  public String digest() {
    StringBuilder all = new StringBuilder();
    // Lengths, so that no two maps of inputs run together into one text.
    inputs.forEach(
        (name, value) ->
            all.append(name.length())
                .append(' ')
                .append(name)
                .append(' ')
                .append(value)
                .append('\n'));
    return sha256(all.toString());
  }

  /**
   * Returns the digest of a text.
   *
   * @param text the text; UTF-8 counts
   * @return SHA-256, 64 hexadecimal digits
   */
  public static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
