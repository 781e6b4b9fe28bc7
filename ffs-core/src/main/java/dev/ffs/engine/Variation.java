package dev.ffs.engine;

import dev.ffs.model.Place;
import dev.ffs.plan.PlannedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  private final int jobs;
  private final Optional<Path> fakeTime;

  private Variation(int jobs, Optional<Path> fakeTime) {
    this.jobs = jobs;
    this.fakeTime = fakeTime;
  }

  /**
   * Finds out what can be varied on this machine.
   *
   * @param usualJobs how many jobs a step has when it is built
   */
  static Variation probe(int usualJobs) {
    return new Variation(usualJobs == 1 ? 2 : 1, fakeTimeLibrary());
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

  /** How many jobs the step has this time. */
  int jobs() {
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

  /** Returns what is varied, in words. */
  List<String> varied() {
    List<String> varied =
        new ArrayList<>(
            List.of(
                "job count (" + jobs + ")",
                "user",
                "umask",
                "time zone",
                "locale",
                "directory order (build directory in memory)"));
    if (fakeTime.isPresent()) {
      varied.add("clock (" + CLOCK + ", of dynamic programs in host phases)");
    }
    return List.copyOf(varied);
  }

  /** Returns what is not varied and why, in words. */
  List<String> notVaried() {
    List<String> notVaried = new ArrayList<>();
    if (fakeTime.isEmpty()) {
      notVaried.add(
          "clock: libfaketime is not installed (Debian: apt-get install libfaketime); it is only as"
              + " much later as it is");
    } else {
      notVaried.add("clock in chroot phases: it is only as much later as it is");
    }
    return List.copyOf(notVaried);
  }
}
