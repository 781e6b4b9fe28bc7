package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.CheckResult;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.HostException;
import dev.ffs.engine.StepShell;
import dev.ffs.plan.StepId;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Runs the command in this process, with an engine that does what a test says. */
final class Calls implements Engine {

  static final Path HOME = Path.of("src/test/resources");

  final FakeHost host = new FakeHost();
  final Map<String, String> environment = new HashMap<>();
  boolean terminal;
  String answers;
  Path home = HOME;
  Function<BuildRequest, BuildResult> build =
      request -> {
        throw new IllegalStateException("nothing is to be built");
      };
  final List<Set<StepId>> stepsToBuild = new ArrayList<>();
  List<String> shell = List.of();
  int shellsLeft;
  final List<BuildRequest> shellRequests = new ArrayList<>();
  Function<Set<StepId>, CheckResult> check =
      steps -> {
        throw new IllegalStateException("nothing is to be checked");
      };
  Function<BuildRequest, List<Forecast>> forecast =
      request -> {
        throw new HostException("there is no C compiler");
      };

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  int call(String... args) {
    out.reset();
    err.reset();
    return Main.run(
        new Surroundings(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            Optional.ofNullable(answers).map(text -> new BufferedReader(new StringReader(text))),
            environment,
            home,
            "./ffs",
            host,
            this),
        args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public BuildResult build(BuildRequest request, Set<StepId> steps) {
    stepsToBuild.add(steps);
    return build.apply(request);
  }

  @Override
  public boolean fetch(BuildRequest request) {
    return build.apply(request).succeeded();
  }

  @Override
  public List<Forecast> forecast(BuildRequest request) {
    return forecast.apply(request);
  }

  @Override
  public CheckResult check(BuildRequest request, Set<StepId> steps) {
    return check.apply(steps);
  }

  @Override
  public StepShell shell(BuildRequest request, StepId step) {
    shellRequests.add(request);
    return new StepShell(shell, () -> shellsLeft++);
  }
}
