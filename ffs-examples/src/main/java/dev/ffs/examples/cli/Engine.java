package dev.ffs.examples.cli;

import dev.ffs.engine.BuildRequest;
import dev.ffs.engine.BuildResult;
import dev.ffs.engine.CheckResult;
import dev.ffs.engine.Forecast;
import dev.ffs.engine.StepShell;
import dev.ffs.plan.StepId;
import java.util.List;
import java.util.Set;

/** What takes a while or touches the machine; tests put another one here. */
interface Engine {

  BuildResult build(BuildRequest request, Set<StepId> steps);

  /** Returns false if it was cancelled. */
  boolean fetch(BuildRequest request);

  List<Forecast> forecast(BuildRequest request);

  CheckResult check(BuildRequest request, Set<StepId> steps);

  StepShell shell(BuildRequest request, StepId step);
}
