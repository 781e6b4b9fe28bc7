package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.BuildDefaults;
import dev.ffs.model.BuildSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Defaults before a phase takes them: they have no scope of their own to report to, so the calls
 * are kept, and made again for each phase.
 */
record GivenDefaults(BuildSystem system, Origin origin, List<Consumer<OptionsDraft>> calls)
    implements DefaultsSpec {

  GivenDefaults {
    calls = List.copyOf(calls);
  }

  static GivenDefaults of(BuildSystem system, Origin origin) {
    return new GivenDefaults(system, origin, List.of());
  }

  @Override
  public DefaultsSpec prefix(String path) {
    Origin at = Scope.here();
    return with(options -> options.prefix(at, path));
  }

  @Override
  public DefaultsSpec configure(String... arguments) {
    Origin at = Scope.here();
    String[] copy = arguments.clone();
    return with(options -> options.configure(at, copy));
  }

  @Override
  public DefaultsSpec make(String... arguments) {
    Origin at = Scope.here();
    String[] copy = arguments.clone();
    return with(options -> options.make(at, copy));
  }

  @Override
  public DefaultsSpec install(String... arguments) {
    Origin at = Scope.here();
    String[] copy = arguments.clone();
    return with(options -> options.install(at, copy));
  }

  @Override
  public DefaultsSpec directory(String name) {
    Origin at = Scope.here();
    return with(options -> options.directory(at, name));
  }

  BuildDefaults toModel(Scope scope) {
    OptionsDraft options = new OptionsDraft(scope);
    calls.forEach(call -> call.accept(options));
    return new BuildDefaults(system, options.toModel(), origin);
  }

  private GivenDefaults with(Consumer<OptionsDraft> call) {
    List<Consumer<OptionsDraft>> more = new ArrayList<>(calls);
    more.add(call);
    return new GivenDefaults(system, origin, more);
  }
}
