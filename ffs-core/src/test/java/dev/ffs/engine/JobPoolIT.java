package dev.ffs.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.fixtures.Tools;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JobPoolIT {

  @TempDir Path directory;

  private Path fifo(String name) throws Exception {
    Path fifo = directory.resolve(name);
    assertThat(Tools.run(directory, "mkfifo", fifo.toString()).code()).isZero();
    return fifo;
  }

  private static CompletableFuture<JobPool.Lease> acquireLater(JobPool pool) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return pool.acquire(8).orElse(null);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** What a make would find in the pipe without waiting. */
  private static int lent(Path fifo) throws IOException {
    // Opened while the pool holds the other end, or this would wait.
    try (InputStream in = new FileInputStream(fifo.toFile())) {
      return in.available();
    }
  }

  @Test
  void aLoneStepIsLentAllTheRest() throws Exception {
    JobPool pool = new JobPool(4);
    Path fifo = fifo("a");

    try (JobPool.Lease lease = pool.acquire(4).orElseThrow()) {
      lease.lendThrough(fifo);
      assertThat(lent(fifo)).isEqualTo(3);
    }
  }

  @Test
  void theMostJobsOfABuildHaveRoomInAPipe() throws Exception {
    JobPool pool = new JobPool(BuildRequest.MOST_JOBS);
    Path fifo = fifo("a");

    try (JobPool.Lease lease = pool.acquire(BuildRequest.MOST_JOBS).orElseThrow()) {
      lease.lendThrough(fifo);
      assertThat(lent(fifo)).isEqualTo(BuildRequest.MOST_JOBS - 1);
    }
  }

  @Test
  void moreJobsThanThatAreRefused() throws Exception {
    assertThatThrownBy(() -> new Builds(directory).request(Builds.host(), b -> b.jobs(65_538)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a build has from 1 to 4096 jobs, not 65538");
  }

  @Test
  void aStepIsLentNoMoreThanItMayUse() throws Exception {
    JobPool pool = new JobPool(8);
    Path fifo = fifo("a");

    try (JobPool.Lease lease = pool.acquire(2).orElseThrow()) {
      lease.lendThrough(fifo);
      assertThat(lent(fifo)).isEqualTo(1);
    }
  }

  @Test
  void theRestIsSharedEvenly() throws Exception {
    JobPool pool = new JobPool(6);
    try (JobPool.Lease a = pool.acquire(6).orElseThrow();
        JobPool.Lease b = pool.acquire(6).orElseThrow()) {
      Path fifoA = fifo("a");
      Path fifoB = fifo("b");
      a.lendThrough(fifoA);
      assertThat(lent(fifoA)).isEqualTo(4);
      b.lendThrough(fifoB);
      assertThat(lent(fifoB)).as("all of the rest was lent already").isZero();
    }
  }

  @Test
  void aStepThatWaitsGetsATokenBackThatNoMakeHolds() throws Exception {
    JobPool pool = new JobPool(2);
    Path fifo = fifo("a");
    try (JobPool.Lease first = pool.acquire(2).orElseThrow()) {
      first.lendThrough(fifo);
      assertThat(lent(fifo)).isEqualTo(1);

      try (JobPool.Lease second = acquireLater(pool).get(30, TimeUnit.SECONDS)) {
        assertThat(second).isNotNull();
        assertThat(lent(fifo)).isZero();
      }
      assertThat(lent(fifo)).as("lent again").isEqualTo(1);
    }
  }

  @Test
  void tokensAreLentAndStepsEndWhileAnotherWaitsForOne() throws Exception {
    JobPool pool = new JobPool(3);
    Path fifo = fifo("a");
    JobPool.Lease first = pool.acquire(3).orElseThrow();
    first.lendThrough(fifo);
    try (InputStream make = new FileInputStream(fifo.toFile());
        OutputStream back = new FileOutputStream(fifo.toFile())) {
      assertThat(List.of(make.read(), make.read())).containsOnly((int) '+');
      CompletableFuture<JobPool.Lease> second = acquireLater(pool);
      CompletableFuture<JobPool.Lease> third = acquireLater(pool);
      back.write('+');
      // One of the two has a token now; its end gives it to the other, though the make still holds
      // one and a thread waits in the pipe for it.
      JobPool.Lease lucky =
          (JobPool.Lease) CompletableFuture.anyOf(second, third).get(30, TimeUnit.SECONDS);
      lucky.close();
      CompletableFuture.allOf(second, third).get(30, TimeUnit.SECONDS);
      (lucky == second.get() ? third.get() : second.get()).close();
      first.close();
    }
    try (JobPool.Lease a = acquireLater(pool).get(30, TimeUnit.SECONDS);
        JobPool.Lease b = acquireLater(pool).get(30, TimeUnit.SECONDS);
        JobPool.Lease c = acquireLater(pool).get(30, TimeUnit.SECONDS)) {
      assertThat(List.of(a, b, c)).as("no token was lost").hasSize(3);
    }
  }

  @Test
  void tokensOfAKilledStepComeBackWithItsEnd() throws Exception {
    JobPool pool = new JobPool(2);
    Path fifo = fifo("a");
    JobPool.Lease first = pool.acquire(2).orElseThrow();
    first.lendThrough(fifo);
    try (InputStream make = Files.newInputStream(fifo)) {
      assertThat(make.read()).as("a make takes the token and never gives it back").isEqualTo('+');
    }
    CompletableFuture<JobPool.Lease> waiting = acquireLater(pool);

    first.close();

    try (JobPool.Lease second = waiting.get(30, TimeUnit.SECONDS);
        JobPool.Lease third = acquireLater(pool).get(30, TimeUnit.SECONDS)) {
      assertThat(second).isNotNull();
      assertThat(third).isNotNull();
    }
  }

  @Test
  void aClosedPoolLetsNobodyWait() throws Exception {
    JobPool pool = new JobPool(1);
    try (JobPool.Lease lease = pool.acquire(1).orElseThrow()) {
      CompletableFuture<JobPool.Lease> waiting = acquireLater(pool);

      pool.close();

      assertThat(lease).isNotNull();
      assertThat(waiting.get(30, TimeUnit.SECONDS)).isNull();
    }
  }
}
