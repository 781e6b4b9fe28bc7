package dev.ffs.examples.cli;

import dev.ffs.engine.Ffs;
import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Executor;
import dev.ffs.exec.lxd.LxdBuild;
import dev.ffs.exec.lxd.LxdSettings;
import dev.ffs.exec.lxd.LxdSnapshot;
import dev.ffs.model.Recipe;
import dev.ffs.plan.PlannedStep;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where in LXD a build runs. */
final class LxdOptions {

  @Option(
      names = "--lxd-remote",
      paramLabel = "NAME",
      description = "Build on this server, a name of `lxc remote list`; default: that of lxc.")
  @Nullable String remote;

  @Option(
      names = "--lxd-target",
      paramLabel = "MEMBER",
      description = "Build on this member of a cluster; default: the cluster decides.")
  @Nullable String member;

  /** Returns whether any of these was given. */
  boolean given() {
    return remote != null || member != null;
  }

  /** Returns the container of a build. */
  LxdBuild build(
      Surroundings surroundings, Recipe recipe, String target, Cancellation cancellation) {
    String user = surroundings.variable("USER").orElseGet(() -> System.getProperty("user.name"));
    try {
      LxdSettings settings = LxdSettings.of(surroundings.environment()).on(remote, member);
      return LxdBuild.of(settings, user, target, recipe.id(), cancellation);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Returns the options as words of a command line. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (remote != null) {
      words.addAll(List.of("--lxd-remote", remote));
    }
    if (member != null) {
      words.addAll(List.of("--lxd-target", member));
    }
    return words;
  }

  /** How a build begins. */
  static final class Resume {

    @Option(
        names = "--resume",
        paramLabel = "WHERE",
        defaultValue = ResumeQuestion.ASK,
        description = {
          "In LXD: go on from the snapshot of the latest phase, none, or that of PHASE;",
          "one of ask, latest, none, PHASE; default: ${DEFAULT-VALUE}."
        })
    String resume;

    @Option(
        names = "--delete-snapshots",
        description = "In LXD: delete this build's snapshots, and begin anew.")
    boolean deleteSnapshots;

    boolean given() {
      return deleteSnapshots || !resume.equals(ResumeQuestion.ASK);
    }

    /** Finds out where to begin; asks if that is wanted and possible. */
    Optional<LxdSnapshot> choose(
        Surroundings surroundings, LxdBuild place, Recipe recipe, String target) {
      if (deleteSnapshots && !resume.equals(ResumeQuestion.ASK)) {
        throw new UsageException("--delete-snapshots begins anew: it does not go with --resume");
      }
      if (deleteSnapshots) {
        place.deleteSnapshots();
        return Optional.empty();
      }
      Ffs ffs = Ffs.create();
      Optional<BufferedReader> answers = surroundings.answers();
      try {
        return new ResumeQuestion(resume, answers, surroundings.out(), place::delete)
            .choose(place.snapshots(ffs.phaseKeys(ffs.plan(recipe, target))));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the answer", e);
      }
    }
  }

  /** Begins a build in a new container. */
  Executor begin(
      Surroundings surroundings,
      Recipe recipe,
      String target,
      Optional<LxdSnapshot> from,
      Consumer<String> progress,
      Cancellation cancellation) {
    Set<String> emulators =
        Ffs.create().plan(recipe, target).steps().stream()
            .map(PlannedStep::emulator)
            .filter(Objects::nonNull)
            .map(PlannedStep.Emulator::arch)
            .collect(Collectors.toSet());
    return build(surroundings, recipe, target, cancellation).begin(from, emulators, progress);
  }

  /** Enters the container that the last build has left. */
  Executor enter(Surroundings surroundings, Recipe recipe, String target) {
    return build(surroundings, recipe, target, new Cancellation()).enter();
  }
}
