package dev.ffs.examples.cli;

import dev.ffs.exec.lxd.LxdSnapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides from which snapshot a build goes on: as an option says, or as the user answers.
 *
 * <p>The question and its answers are those that users of the old {@code ffs} know: the snapshot of
 * the latest phase is offered first; {@code Y} goes on from it, {@code n} offers the one before,
 * and {@code d} deletes it and offers the one before.
 */
final class ResumeQuestion {

  static final String ASK = "ask";
  static final String LATEST = "latest";
  static final String NONE = "none";

  private final String mode;
  private final Optional<BufferedReader> answers;
  private final PrintStream out;
  private final Consumer<LxdSnapshot> delete;

  /**
   * Makes a question.
   *
   * @param mode one of the words above, or the id of a phase
   * @param answers where answers are read, or empty if there is nobody to answer
   * @param out where the question is put
   * @param delete deletes a snapshot
   */
  ResumeQuestion(
      String mode,
      Optional<BufferedReader> answers,
      PrintStream out,
      Consumer<LxdSnapshot> delete) {
    this.mode = mode;
    this.answers = answers;
    this.out = out;
    this.delete = delete;
  }

  /**
   * Chooses.
   *
   * @param snapshots those there are, that of the latest phase first
   * @return the one to go on from, or empty to begin anew
   * @throws UsageException if the option names one that is not there or is stale
   * @throws IOException if an answer cannot be read
   */
  Optional<LxdSnapshot> choose(List<LxdSnapshot> snapshots) throws IOException {
    if (mode.equals(NONE)) {
      return Optional.empty();
    }
    if (!mode.equals(ASK) && !mode.equals(LATEST)) {
      return Optional.of(named(snapshots));
    }
    for (LxdSnapshot snapshot : snapshots) {
      if (snapshot.reason().isPresent()) {
        out.println(
            "Snapshot %s is not gone on from: %s."
                .formatted(snapshot.image(), snapshot.reason().get()));
      } else if (mode.equals(LATEST) || answers.isEmpty()) {
        out.println(
            "Going on from snapshot %s%s."
                .formatted(
                    snapshot.image(),
                    mode.equals(LATEST)
                        ? ""
                        : " (nobody is here to be asked; --resume=none begins anew)"));
        return Optional.of(snapshot);
      } else if (accepted(snapshot, answers.get())) {
        return Optional.of(snapshot);
      }
    }
    return Optional.empty();
  }

  private LxdSnapshot named(List<LxdSnapshot> snapshots) {
    LxdSnapshot snapshot =
        snapshots.stream()
            .filter(s -> s.phase().equals(mode))
            .findFirst()
            .orElseThrow(
                () ->
                    UsageException.unknown(
                        "there is no snapshot of a phase '" + mode + "' to go on from",
                        mode,
                        snapshots.stream().map(LxdSnapshot::phase).toList()));
    snapshot
        .reason()
        .ifPresent(
            reason -> {
              throw new UsageException(
                  "snapshot "
                      + snapshot.image()
                      + " cannot be gone on from: "
                      + reason
                      + "; --resume=latest takes the latest one that can, --resume=none begins"
                      + " anew");
            });
    return snapshot;
  }

  private boolean accepted(LxdSnapshot snapshot, BufferedReader in) throws IOException {
    while (true) {
      out.print(
          "Phase %s is finished in snapshot %s (of %s).%nGo on from there? (d deletes it) [Y/n/d] "
              .formatted(snapshot.phase(), snapshot.image(), snapshot.created()));
      out.flush();
      String line = in.readLine();
      if (line == null) {
        throw new UsageException(
            "the question where to go on from was not answered; --resume=latest or --resume=none"
                + " answers it beforehand");
      }
      switch (line.strip().toLowerCase(Locale.ROOT)) {
        case "", "y", "yes" -> {
          return true;
        }
        case "n", "no" -> {
          return false;
        }
        case "d" -> {
          delete.accept(snapshot);
          out.println("Deleted " + snapshot.image() + ".");
          return false;
        }
        default -> out.println("Please answer y, n or d.");
      }
    }
  }
}
