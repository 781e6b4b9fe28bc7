package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.CheckResult;
import dev.ffs.engine.Ffs;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.StepShell;
import dev.ffs.plan.StepId;
import java.util.List;
import java.util.Set;

/** The library itself. */
final class LocalEngine implements Engine {

  @Override
  public BuildResult build(BuildRequest request, Set<StepId> steps) {
    return Ffs.create().build(request, steps);
  }

  @Override
  public boolean fetch(BuildRequest request) {
    return Ffs.create().fetch(request);
  }

  @Override
  public List<Forecast> forecast(BuildRequest request) {
    return Ffs.create().forecast(request);
  }

  @Override
  public CheckResult check(BuildRequest request, Set<StepId> steps) {
    return Ffs.create().check(request, steps);
  }

  @Override
  public StepShell shell(BuildRequest request, StepId step) {
    return Ffs.create().shell(request, step);
  }
}
