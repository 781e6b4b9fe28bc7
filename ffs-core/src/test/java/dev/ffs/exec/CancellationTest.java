package dev.ffs.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancellationTest {

  private final Cancellation cancellation = new Cancellation();
  private final List<String> calls = new ArrayList<>();

  @Test
  void nobodyHasCancelledAtFirst() {
    assertThat(cancellation.isCancelled()).isFalse();
  }

  @Test
  void callbacksRunOnceAndInOrder() {
    cancellation.onCancel(() -> calls.add("first"));
    cancellation.onCancel(() -> calls.add("second"));

    cancellation.cancel();
    cancellation.cancel();

    assertThat(cancellation.isCancelled()).isTrue();
    assertThat(calls).containsExactly("first", "second");
  }

  @Test
  void aClosedRegistrationIsNotCalled() {
    Runnable action = () -> calls.add("called");
    Cancellation.Registration first = cancellation.onCancel(action);
    cancellation.onCancel(action);

    first.close();
    cancellation.cancel();

    assertThat(calls).containsExactly("called");
  }

  @Test
  void aCallbackThatComesLateRunsAtOnce() {
    cancellation.cancel();

    cancellation.onCancel(() -> calls.add("late")).close();

    assertThat(calls).containsExactly("late");
  }

  @Test
  void aCallbackSeesThatItIsCancelled() {
    cancellation.onCancel(() -> calls.add("" + cancellation.isCancelled()));

    cancellation.cancel();

    assertThat(calls).containsExactly("true");
  }

  @Test
  void aCallbackThatThrowsDoesNotStopTheOthers() {
    cancellation.onCancel(
        () -> {
          throw new IllegalStateException("one");
        });
    cancellation.onCancel(
        () -> {
          throw new IllegalStateException("two");
        });
    cancellation.onCancel(() -> calls.add("three"));

    assertThatThrownBy(cancellation::cancel)
        .hasMessage("one")
        .satisfies(e -> assertThat(e.getSuppressed()).extracting("message").containsExactly("two"));
    assertThat(calls).containsExactly("three");
  }

  @Test
  void eachCallbackRunsOnceWhateverTheThreads() throws Exception {
    int count = 2000;
    AtomicInteger called = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    Thread registering =
        new Thread(
            () -> {
              go.countDown();
              for (int i = 0; i < count; i++) {
                cancellation.onCancel(called::incrementAndGet);
              }
            });
    registering.start();
    assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();

    cancellation.cancel();
    registering.join();

    assertThat(called).hasValue(count);
  }
}
