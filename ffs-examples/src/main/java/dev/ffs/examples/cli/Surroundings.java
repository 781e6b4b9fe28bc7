package dev.ffs.examples.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the command takes from outside besides its words, so that tests can put something
 * else in its place.
 *
 * @param out for results
 * @param err for what is wrong
 * @param terminal whether {@code out} is a terminal
 * @param answers where a person answers questions, or empty if nobody does
 * @param environment the environment variables
 * @param home the directory of the launcher, below which the recipes are
 * @param command how the user calls this program, such as {@code ./ffs}
 * @param host the machine
 * @param engine what builds
 */
record Surroundings(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Optional<BufferedReader> answers,
    Map<String, String> environment,
    Path home,
    String command,
    Host host,
    Engine engine) {

  /** Returns those of this process; the launcher tells what Java cannot know by itself. */
  static Surroundings ofThisProcess() {
    return new Surroundings(
        System.out,
        System.err,
        Boolean.getBoolean("ffs.terminal"),
        Boolean.getBoolean("ffs.interactive")
            ? Optional.of(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)))
            : Optional.empty(),
        System.getenv(),
        Path.of(System.getProperty("ffs.home", "")),
        System.getProperty("ffs.command", "./ffs"),
        new ThisHost(),
        new LocalEngine());
  }

  /** Returns a variable's value; an empty one counts as none. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
