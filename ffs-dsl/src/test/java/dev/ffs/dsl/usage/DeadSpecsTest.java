package dev.ffs.dsl.usage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.RecipeSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.dsl.StepSpec;
import dev.ffs.model.Toolchain;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A spec lives as long as its lambda. */
class DeadSpecsTest {

  private final Marks marks = new Marks();

  @Test
  void aStepThatOutlivesItsLambdaSaysSoAndWhere() {
    List<StepSpec> kept = new ArrayList<>();
    Small.recipe(p -> p.step("m4", s -> kept.add(s.script("make"))));

    assertThatThrownBy(() -> kept.get(0).jobs(marks.at("1").length()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the spec of step 'm4' was used after its lambda had ended (%s);"
                + " call it inside the lambda only",
            marks.of("1"));
  }

  @Test
  void aStepCalledWhileItsPhaseGoesOnIsDeadToo() {
    List<StepSpec> kept = new ArrayList<>();

    assertThatThrownBy(
            () ->
                Small.recipe(
                    p -> {
                      p.step("m4", s -> kept.add(s.script("make")));
                      kept.get(0).needs();
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the spec of step 'm4' was used after its lambda had ended");
  }

  @Test
  void aLambdaThatThrowsLeavesADeadSpecAndItsOwnException() {
    List<PhaseSpec> kept = new ArrayList<>();

    assertThatThrownBy(
            () ->
                Small.recipe(
                    p -> {
                      kept.add(p);
                      throw new UnsupportedOperationException("mine");
                    }))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("mine");
    assertThatThrownBy(() -> kept.get(0).step("m4"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the spec of phase 'tools' was used after its lambda had ended");
  }

  @TestFactory
  Stream<DynamicTest> everyMethodOfEverySpecDiesWithItsLambda() {
    List<Object> kept = new ArrayList<>();
    Consumer<RecipeSpec> body =
        r ->
            kept.add(
                Small.rest(r)
                    .phase(
                        "tools",
                        p -> {
                          Small.phase(p);
                          kept.add(p);
                          p.step("x", s -> kept.add(s.source("m4").script("make")));
                        })
                    .toolchain("other", t -> kept.add(t.kind(Toolchain.Kind.HOST)))
                    .source(
                        "other",
                        s ->
                            kept.add(
                                Small.source(s)
                                    .alternate(
                                        a ->
                                            kept.add(
                                                a.url("https://x.example/m4.tar")
                                                    .sha256(Small.DIGEST)))))
                    .target("arm-64bit", t -> kept.add(Small.target(t))));
    Recipes.recipe("small", body);
    Recipes.recipe(
        "small",
        r ->
            r.title("Small")
                .toolchain("host", t -> t.kind(Toolchain.Kind.HOST))
                .output(
                    o ->
                        kept.add(
                            o.phases("tools")
                                .owner("/x", w -> kept.add(w.user(1)))
                                .audit(a -> kept.add(a.compilers("none")))))
                .source("m4", Small::source)
                .target("x86-64bit", Small::target)
                .phase("tools", Small::phase));

    return kept.stream()
        .flatMap(
            spec ->
                Stream.of(spec.getClass().getInterfaces()[0].getMethods())
                    .map(
                        method ->
                            DynamicTest.dynamicTest(
                                method.toString(),
                                () -> {
                                  Object[] arguments =
                                      Stream.of(method.getParameterTypes())
                                          .map(DeadSpecsTest::something)
                                          .toArray();
                                  ThrowingCallable call = () -> method.invoke(spec, arguments);
                                  assertThatThrownBy(call)
                                      .cause()
                                      .isInstanceOf(IllegalStateException.class)
                                      .hasMessageContaining("after its lambda had ended");
                                })));
  }

  private static Object something(Class<?> type) {
    if (type == int.class) {
      return 1;
    } else if (type == String.class) {
      return "x";
    } else if (type == Consumer.class) {
      return (Consumer<Object>) x -> {};
    } else if (type == Path.class) {
      return Path.of("x");
    } else if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    return type.getEnumConstants()[0];
  }
}
