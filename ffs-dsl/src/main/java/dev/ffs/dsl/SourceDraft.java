package dev.ffs.dsl;

import dev.ffs.model.Archive;
import dev.ffs.model.Patch;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was said about a source so far. */
final class SourceDraft implements SourceSpec {

  private final String id;
  private final Scope scope;
  private @Nullable Text version;
  private @Nullable Text url;
  private @Nullable Text sha256;
  private @Nullable Text license;
  private List<Text> patches = List.of();
  private @Nullable Text prepare;
  private final List<Archive> alternates = new ArrayList<>();

  SourceDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
  }

  @Override
  public SourceSpec version(String version) {
    this.version = scope.text("version", version);
    return this;
  }

  @Override
  public SourceSpec url(String url) {
    this.url = scope.text("url", url);
    return this;
  }

  @Override
  public SourceSpec sha256(String sha256) {
    this.sha256 = scope.text("sha256", sha256);
    return this;
  }

  @Override
  public SourceSpec license(String expression) {
    license = scope.text("license", expression);
    return this;
  }

  @Override
  public SourceSpec patches(String... files) {
    patches = scope.texts("patches", files);
    return this;
  }

  @Override
  public SourceSpec prepare(String shell) {
    prepare = scope.text("prepare", shell);
    return this;
  }

  @Override
  public SourceSpec alternate(Consumer<AlternateSpec> alternate) {
    Scope inner = scope.inner("an alternate of source '" + id + "'");
    AlternateDraft draft = new AlternateDraft(inner);
    inner.run(draft, alternate);
    alternates.add(draft.toModel());
    return this;
  }

  Source toModel(@Nullable Path patchesDirectory) {
    List<Archive> archives = new ArrayList<>();
    archives.add(
        new Archive(
            scope.required("url", url), scope.required("sha256", sha256), null, scope.origin()));
    archives.addAll(alternates);
    return new Source(
        id,
        scope.required("version", version),
        scope.required("license", license),
        archives,
        patches.stream().map(name -> read(name, patchesDirectory)).toList(),
        prepare,
        scope.origin());
  }

  private Patch read(Text name, @Nullable Path directory) {
    return new Patch(name, directory == null ? noDirectory(name) : content(name, directory));
  }

  private String noDirectory(Text name) {
    return unusable(
        name, "no directory of patches is named", "call patchesFrom(directory) on the recipe");
  }

  private String content(Text name, Path directory) {
    if (name.value().contains("/")) {
      return ""; // The rules over the recipe refuse it.
    }
    Path file = directory.resolve(name.value());
    String place = "the place is " + file;
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return unusable(name, "there is no such file", place);
    } catch (CharacterCodingException e) {
      return unusable(name, "it is not UTF-8", place);
    } catch (IOException e) {
      return unusable(name, "it cannot be read: " + e.getMessage(), place);
    }
  }

  private String unusable(Text name, String why, String help) {
    scope.error(name.origin(), "patch '" + name + "' cannot be used: " + why, help);
    return "";
  }
}
