package dev.ffs.testkit;

import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import java.util.List;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;

/** Assertions about a phase of a recipe. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class PhaseAssert extends AbstractAssert<PhaseAssert, Phase> {

  PhaseAssert(Phase actual) {
    super(actual, PhaseAssert.class);
  }

  /**
   * Asserts which steps it has.
   *
   * @param ids the names of all of them, in order
   * @return this
   */
  public PhaseAssert steps(String... ids) {
    List<String> expected = List.of(ids);
    if (!stepIds().equals(expected)) {
      failWithActualExpectedAndMessage(
          stepIds(),
          expected,
          "Expected phase '%s' to have the steps %s, but it has %s",
          actual.id(),
          expected,
          stepIds());
    }
    return this;
  }

  /**
   * Goes to a step, which must be there.
   *
   * @param id its name
   * @return assertions about it
   */
  public StepAssert step(String id) {
    return actual.steps().stream()
        .filter(step -> step.id().equals(id))
        .findFirst()
        .map(StepAssert::new)
        .orElseThrow(
            () ->
                failure(
                    "Expected phase '%s' to have a step '%s', but it has %s",
                    actual.id(), id, stepIds()));
  }

  private List<String> stepIds() {
    return actual.steps().stream().map(PackageStep::id).toList();
  }
}
