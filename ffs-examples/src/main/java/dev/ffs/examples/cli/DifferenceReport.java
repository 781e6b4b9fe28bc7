package dev.ffs.examples.cli;

import dev.ffs.engine.CheckResult.FileDifference;
import dev.ffs.engine.CheckResult.StepDifference;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what a step made differently the second time. */
final class DifferenceReport {

  /** More files than this are only counted. */
  private static final int MOST_FILES = 10;

  private static final int MOST_LINES = 60;

  /** diffoscope takes its time for large files, and must not keep anybody waiting for ever. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The exit code of diffoscope for files that differ. */
  private static final int DIFFERENT = 1;

  private DifferenceReport() {}

  /**
   * Returns the lines for one step; for its first file with two contents, what differs in it.
   *
   * @param executor runs diffoscope, if that is installed
   */
  static List<String> lines(StepDifference difference, Executor executor) {
    List<String> lines = new ArrayList<>();
    lines.add(difference.step() + " makes something else when it runs again:");
    List<FileDifference> files = difference.files();
    for (FileDifference file : files.subList(0, Math.min(files.size(), MOST_FILES))) {
      lines.add("  " + file.path() + " " + file.what());
    }
    if (files.size() > MOST_FILES) {
      lines.add("  and " + (files.size() - MOST_FILES) + " more");
    }
    files.stream()
        .filter(file -> isFile(file.first()) && isFile(file.again()))
        .filter(file -> file.what().contains("content") || file.what().contains("size"))
        .findFirst()
        .ifPresent(file -> lines.addAll(inside(file, executor)));
    lines.add("  made again:  " + difference.kept());
    return lines;
  }

  private static boolean isFile(@Nullable Path file) {
    return file != null && Files.isRegularFile(file);
  }

  private static List<String> inside(FileDifference file, Executor executor) {
    List<String> lines = new ArrayList<>();
    lines.add("  first:       " + file.first());
    lines.add("  again:       " + file.again());
    try {
      long at = Files.mismatch(file.first(), file.again());
      lines.add("  " + file.path() + " differs from byte " + at + " on");
    } catch (IOException e) {
      lines.add("  it cannot be read: " + e);
      return lines;
    }
    lines.addAll(diffoscope(file, executor));
    return lines;
  }

  private static List<String> diffoscope(FileDifference file, Executor executor) {
    List<String> said = new ArrayList<>();
    Command command =
        Command.of(
                "diffoscope",
                "--text",
                "-",
                String.valueOf(file.first()),
                String.valueOf(file.again()))
            .withEnvironment(
                Map.of("PATH", "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL", "C.UTF-8", "HOME", "/"))
            .withTimeout(PATIENCE);
    ExitStatus status;
    try {
      status =
          executor.run(
              command,
              (channel, line) -> {
                synchronized (said) {
                  said.add("  | " + line);
                }
              },
              new Cancellation());
    } catch (ExecutorException e) {
      return List.of("  (diffoscope would show more; it is not installed)");
    }
    if (status.code() != DIFFERENT) {
      return List.of("  (diffoscope could not compare them: " + status + ")");
    }
    List<String> lines = new ArrayList<>(said.subList(0, Math.min(said.size(), MOST_LINES)));
    if (said.size() > MOST_LINES) {
      lines.add("  and " + (said.size() - MOST_LINES) + " lines more of diffoscope");
    }
    return lines;
  }
}
