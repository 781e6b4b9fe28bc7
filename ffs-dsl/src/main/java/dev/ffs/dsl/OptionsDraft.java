package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.BuildOptions;
import dev.ffs.model.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a build system is told, by a phase or by a step. */
final class OptionsDraft {

  private final Scope scope;
  private @Nullable Text prefix;
  private List<Text> configure = List.of();
  private List<Text> make = List.of();
  private List<Text> install = List.of();
  private @Nullable Text directory;

  OptionsDraft(Scope scope) {
    this.scope = scope;
  }

  void prefix(Origin at, String path) {
    scope.once("prefix", at);
    prefix = Scope.text(path, at);
  }

  void configure(Origin at, String... arguments) {
    scope.once("configure", at);
    configure = Scope.texts(at, arguments);
  }

  void make(Origin at, String... arguments) {
    scope.once("make", at);
    make = Scope.texts(at, arguments);
  }

  void install(Origin at, String... arguments) {
    scope.once("install", at);
    install = Scope.texts(at, arguments);
  }

  void directory(Origin at, String name) {
    scope.once("directory", at);
    directory = Scope.text(name, at);
  }

  BuildOptions toModel() {
    return new BuildOptions(prefix, configure, make, install, directory);
  }
}
