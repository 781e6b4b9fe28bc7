package dev.ffs.dsl;

import dev.ffs.model.Archive;
import dev.ffs.model.Text;
import org.jspecify.annotations.Nullable;

/** What was said about another archive of a source so far. */
final class AlternateDraft implements AlternateSpec {

  private final Scope scope;
  private @Nullable Text url;
  private @Nullable Text sha256;
  private @Nullable Text prepare;

  AlternateDraft(Scope scope) {
    this.scope = scope;
  }

  @Override
  public AlternateSpec url(String url) {
    this.url = scope.text("url", url);
    return this;
  }

  @Override
  public AlternateSpec sha256(String sha256) {
    this.sha256 = scope.text("sha256", sha256);
    return this;
  }

  @Override
  public AlternateSpec prepare(String shell) {
    prepare = scope.text("prepare", shell);
    return this;
  }

  Archive toModel() {
    return new Archive(
        scope.required("url", url), scope.required("sha256", sha256), prepare, scope.origin());
  }
}
