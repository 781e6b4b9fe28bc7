package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.model.Place;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.Planner;
import dev.ffs.plan.StepId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final BuildPlan PLAN =
      Planner.plan(
          recipe(
              List.of(),
              "p",
              phase(
                  "p",
                  Place.HOST,
                  "host",
                  script("short", "true"),
                  script("long", "true"),
                  script("start", "true"),
                  script("end", "true", "start"))),
          "x86-64bit");

  private static String next(Schedule schedule) {
    return schedule.next().map(PlannedStep::id).map(StepId::step).orElse("none");
  }

  @Test
  void theLongestWayToTheEndComesFirst() {
    Map<String, Double> seconds = Map.of("short", 1.0, "long", 10.0, "start", 2.0, "end", 9.0);
    Schedule schedule = new Schedule(PLAN, id -> seconds.getOrDefault(id.step(), 0.0));

    assertThat(List.of(next(schedule), next(schedule), next(schedule)))
        .containsExactly("start", "long", "short");
    assertThat(next(schedule)).as("start has not finished").isEqualTo("none");

    schedule.finished(StepId.parse("p/start"));

    assertThat(next(schedule)).isEqualTo("end");
    assertThat(next(schedule)).isEqualTo("none");
  }

  @Test
  void equalWaysKeepTheOrderOfThePlan() {
    Schedule schedule = new Schedule(PLAN, id -> id.step().equals("end") ? 0.0 : 1.0);

    assertThat(List.of(next(schedule), next(schedule), next(schedule)))
        .containsExactly("short", "long", "start");
  }
}
