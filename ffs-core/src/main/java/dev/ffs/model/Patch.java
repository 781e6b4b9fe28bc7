package dev.ffs.model;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A patch of a source.
 *
 * @param name its file name below {@code recipes/patches}
 * @param content the file's text; read with the recipe, so that a plan needs no files
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Patch(Text name, String content) {

  /** Checks that both are there. */
  public Patch {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(content, "content");
  }
}
