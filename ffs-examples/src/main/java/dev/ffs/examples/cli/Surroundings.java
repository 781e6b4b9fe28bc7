package dev.ffs.examples.cli;

import java.io.PrintStream;
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
