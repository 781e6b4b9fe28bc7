package dev.ffs.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AttendedTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Cancellation cancellation = new Cancellation();
  private final CountDownLatch over = new CountDownLatch(1);

  private void interrupt(Duration patience) {
    Attended.interrupt(
        new PrintStream(err, true, StandardCharsets.UTF_8), cancellation, over, patience);
  }

  @Test
  @Timeout(30)
  void whoeverIsStuckIsNotWaitedForForEver() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    cancellation.onCancel(
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });

    interrupt(Duration.ofSeconds(1));

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("ffs: the build has not stopped after 1 s; giving up\n");
    never.countDown();
  }

  @Test
  @Timeout(30)
  void workThatStopsEndsTheWait() {
    cancellation.onCancel(over::countDown);

    interrupt(Duration.ofHours(1));

    assertThat(cancellation.isCancelled()).isTrue();
    assertThat(err.size()).isZero();
  }
}
