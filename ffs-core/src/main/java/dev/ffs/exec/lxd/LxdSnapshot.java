package dev.ffs.exec.lxd;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A container as it was when a phase had finished, kept as an image.
 *
 * @param phase id of the phase
 * @param image alias of the image
 * @param fingerprint of the image
 * @param created when it was made
 * @param stale why no build may go on from it any more, in words, or null if one may
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LxdSnapshot(
    String phase, String image, String fingerprint, Instant created, @Nullable String stale) {

  /** Checks that all is there. */
  public LxdSnapshot {
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(created, "created");
  }

  /**
   * Returns why no build may go on from it any more.
   *
   * @return the reason in words, or empty if a build may
   */
  public Optional<String> reason() {
    return Optional.ofNullable(stale);
  }
}
