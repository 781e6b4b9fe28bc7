package dev.ffs.engine;

import dev.ffs.model.Place;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is different when a step runs again to see whether it makes the same.
 *
 * <p>The list follows reprotest's (Debian's tool for the same question), as far as an enclosure
 * that fixes most of it by itself lets it matter.
 */
final class Variation {

  /** More than a year, for a date may be of any grain. */
  private static final String CLOCK = "+400d";

  private static final List<Path> LIBRARIES = List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"));

  /** How many steps of a kind are named. */
  private static final int SHOWN = 5;

  private final Optional<Path> fakeTime;

  /** The job counts that were other ones than the first time. */
  private final SortedSet<Integer> otherJobs = new TreeSet<>();

  private final List<StepId> oneJobOnly = new ArrayList<>();
  private final List<StepId> unknownJobs = new ArrayList<>();

  private Variation(Optional<Path> fakeTime) {
    this.fakeTime = fakeTime;
  }

  /** Finds out what can be varied on this machine. */
  static Variation probe() {
    return new Variation(fakeTimeLibrary());
  }

  /** Looks in the directory of libraries, and in those of single architectures below it. */
  static Optional<Path> fakeTimeLibrary() {
    List<Path> directories = new ArrayList<>(LIBRARIES);
    for (Path libraries : LIBRARIES) {
      try (var below = Files.newDirectoryStream(libraries, Files::isDirectory)) {
        below.forEach(directories::add);
      } catch (IOException e) {
        // It is not there, so neither is the library; which is told.
      }
    }
    return directories.stream()
        .map(directory -> directory.resolve("faketime/libfaketimeMT.so.1"))
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * Decides how many jobs a step has this time, and takes note of whether that is another number.
   *
   * @param first how many it had when it was built, or empty if that is not known
   */
  int jobs(PlannedStep step, OptionalInt first) {
    boolean more = first.isPresent() && first.getAsInt() == 1;
    if (more && step.jobs() != null && step.jobs() == 1) {
      oneJobOnly.add(step.id());
      return 1;
    }
    int jobs = more ? 2 : 1;
    if (first.isPresent()) {
      otherJobs.add(jobs);
    } else {
      unknownJobs.add(step.id());
    }
    return jobs;
  }

  /** Returns what stands before the command line of the enclosure: another user and environment. */
  List<String> outer() {
    return List.of(
        "/usr/bin/env",
        "TZ=FFS-14",
        "USER=other",
        "LOGNAME=other",
        "HOME=/nonexistent",
        "LC_ALL=C.UTF-8",
        "unshare",
        "--user",
        "--map-user=4321",
        "--map-group=4321",
        "/bin/bash",
        "-c",
        "umask 077; exec \"$@\"",
        "check");
  }

  /** Returns further options of the enclosure. */
  List<String> options(PlannedStep step) {
    List<String> options = new ArrayList<>(List.of("--volatile"));
    if (step.where() == Place.HOST && fakeTime.isPresent()) {
      for (String variable : List.of("LD_PRELOAD=" + fakeTime.get(), "FAKETIME=" + CLOCK)) {
        options.addAll(List.of("--environment", variable));
      }
    }
    return options;
  }

  /** Returns what was varied, in words. */
  List<String> varied() {
    List<String> varied = new ArrayList<>();
    if (!otherJobs.isEmpty()) {
      String counts = String.join(" or ", otherJobs.stream().map(String::valueOf).toList());
      varied.add("job count (" + counts + ")");
    }
    varied.addAll(
        List.of(
            "user", "umask", "time zone", "locale", "directory order (build directory in memory)"));
    if (fakeTime.isPresent()) {
      varied.add("clock (" + CLOCK + ", of dynamic programs in host phases)");
    }
    return List.copyOf(varied);
  }

  /** Returns what was not varied and why, in words. */
  List<String> notVaried() {
    List<String> notVaried = new ArrayList<>();
    if (!oneJobOnly.isEmpty()) {
      notVaried.add("job count of " + names(oneJobOnly) + ": 1 is all that the recipe allows");
    }
    if (!unknownJobs.isEmpty()) {
      notVaried.add(
          "job count of " + names(unknownJobs) + ": it is not known how many there were at first");
    }
    if (fakeTime.isEmpty()) {
      notVaried.add(
          "clock: libfaketime is not installed (Debian: apt-get install libfaketime); it is only as"
              + " much later as it is");
    } else {
      notVaried.add("clock in chroot phases: it is only as much later as it is");
    }
    return List.copyOf(notVaried);
  }

  private static String names(List<StepId> steps) {
    String names = String.join(", ", steps.stream().limit(SHOWN).map(StepId::toString).toList());
    return steps.size() <= SHOWN ? names : names + " and " + (steps.size() - SHOWN) + " more";
  }
}
