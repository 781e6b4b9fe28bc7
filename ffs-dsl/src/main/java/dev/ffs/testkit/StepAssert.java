package dev.ffs.testkit;

import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Text;
import java.util.List;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;

/** Assertions about a step of a recipe. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class StepAssert extends AbstractAssert<StepAssert, PackageStep> {

  private static final String EVERY_STEP_ABOVE = "every step above it";

  StepAssert(PackageStep actual) {
    super(actual, StepAssert.class);
  }

  /**
   * Asserts which steps of its phase it needs.
   *
   * @param steps the names of all that it names, in order; none means that it needs none
   * @return this
   */
  public StepAssert needs(String... steps) {
    return is("to need", needed(), List.of(steps));
  }

  /**
   * Asserts that it needs every step above it, as a step does that says nothing.
   *
   * @return this
   */
  public StepAssert needsEveryStepAbove() {
    return is("to need", needed(), EVERY_STEP_ABOVE);
  }

  /**
   * Asserts which sources it unpacks.
   *
   * @param ids first the one it builds, then those unpacked beside it; none means none
   * @return this
   */
  public StepAssert sources(String... ids) {
    return is("to unpack", values(actual.sources()), List.of(ids));
  }

  /**
   * Asserts what it adds to the arguments of configure.
   *
   * @param arguments all of them, in order
   * @return this
   */
  public StepAssert configure(String... arguments) {
    return is("to add to configure", values(actual.options().configure()), List.of(arguments));
  }

  /**
   * Asserts that it is built by a script with a text in it.
   *
   * @param part a part of the script
   * @return this
   */
  public StepAssert scriptContains(String part) {
    Text script = actual.script();
    if (script == null || !script.value().contains(part)) {
      throw failure(
          "Expected step '%s' to have a script that contains\n  %s\nbut %s",
          actual.id(), part, script == null ? "it has none" : "it is\n" + script.value().indent(2));
    }
    return this;
  }

  private StepAssert is(String what, Object has, Object expected) {
    if (!has.equals(expected)) {
      failWithActualExpectedAndMessage(
          has,
          expected,
          "Expected step '%s' %s %s, but it is %s",
          actual.id(),
          what,
          expected,
          has);
    }
    return this;
  }

  private Object needed() {
    return actual.needs() instanceof Needs.Only only ? values(only.steps()) : EVERY_STEP_ABOVE;
  }

  private static List<String> values(List<Text> texts) {
    return texts.stream().map(Text::value).toList();
  }
}
