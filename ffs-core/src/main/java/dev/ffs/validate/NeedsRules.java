package dev.ffs.validate;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Needs;
import dev.ffs.model.PackageStep;
import dev.ffs.model.Phase;
import dev.ffs.model.Recipe;
import dev.ffs.model.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the steps of one phase need of each other. */
final class NeedsRules {

  private final Recipe recipe;
  private final Phase phase;
  private final Checks checks;
  private final List<PackageStep> steps;
  private final Map<String, Integer> positions = new HashMap<>();

  NeedsRules(Recipe recipe, Phase phase, Checks checks) {
    this.recipe = recipe;
    this.phase = phase;
    this.checks = checks;
    this.steps = phase.steps();
    for (int i = 0; i < steps.size(); i++) {
      positions.putIfAbsent(steps.get(i).id(), i);
    }
  }

  void check() {
    for (PackageStep step : steps) {
      if (step.needs() instanceof Needs.Only only) {
        only.steps().forEach(need -> known(step, need));
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      cycle(i);
    }
  }

  private void known(PackageStep step, Text need) {
    if (need.value().equals(step.id())) {
      checks.error(need.origin(), "step '" + need + "' needs itself");
    } else if (!positions.containsKey(need.value())) {
      Optional<String> other =
          recipe.phases().stream()
              .filter(p -> p.steps().stream().anyMatch(s -> s.id().equals(need.value())))
              .map(Phase::id)
              .findFirst();
      if (other.isPresent()) {
        checks.error(
            need.origin(),
            "step '" + need + "' is of phase '" + other.get() + "', not of '" + phase.id() + "'",
            "'needs' is about steps of the same phase;"
                + " which others are there, the phase says ('sees')");
      } else {
        checks.unknown(
            "unknown step '" + need + "'", need, steps.stream().map(PackageStep::id).toList());
      }
    }
  }

  /** Reports the shortest cycle whose uppermost step is the given one. */
  private void cycle(int top) {
    // Only a need of a step further down can close a cycle, and without 'needs' there is none.
    Optional<Text> down =
        steps.get(top).needs() instanceof Needs.Only only
            ? only.steps().stream().filter(n -> position(n) > top).findFirst()
            : Optional.empty();
    if (down.isEmpty()) {
      return;
    }
    int[] from = new int[steps.size()];
    Arrays.fill(from, -1);
    Deque<Integer> queue = new ArrayDeque<>(List.of(top));
    while (!queue.isEmpty()) {
      int step = queue.remove();
      for (int need : needs(step)) {
        if (need == top && step != top) {
          report(top, step, from);
          return;
        }
        if (need > top && from[need] < 0) {
          from[need] = step;
          queue.add(need);
        }
      }
    }
  }

  private int position(Text need) {
    return positions.getOrDefault(need.value(), -1);
  }

  private List<Integer> needs(int step) {
    if (steps.get(step).needs() instanceof Needs.Only only) {
      return only.steps().stream().map(this::position).filter(n -> n >= 0).toList();
    }
    return IntStream.range(0, step).boxed().toList();
  }

  private void report(int top, int last, int[] from) {
    List<Integer> path = new ArrayList<>(List.of(top));
    for (int step = last; step != top; step = from[step]) {
      path.add(1, step);
    }
    path.add(top);
    String names =
        path.stream().map(step -> steps.get(step).id()).collect(Collectors.joining(" -> "));
    // The uppermost step needs one further down, so it has a list to point to.
    String second = steps.get(path.get(1)).id();
    Origin origin =
        ((Needs.Only) steps.get(top).needs())
            .steps().stream()
                .filter(need -> need.value().equals(second))
                .findFirst()
                .orElseThrow()
                .origin();
    String message = "steps need each other: " + names;
    String implicit =
        path.stream()
            .distinct()
            .filter(step -> steps.get(step).needs() instanceof Needs.Above)
            .map(step -> "'" + steps.get(step).id() + "'")
            .collect(Collectors.joining(" and "));
    if (implicit.isEmpty()) {
      checks.error(origin, message);
    } else {
      checks.error(
          origin, message, "a step without 'needs' needs every step above it, as " + implicit);
    }
  }
}
