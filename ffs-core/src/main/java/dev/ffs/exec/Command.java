package dev.ffs.exec;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A program to run, with all that it sees of its caller.
 *
 * <p>A program without a slash in its name is looked for in the {@code PATH} of this environment,
 * never in that of the caller; without {@code PATH}, in {@code /bin} and {@code /usr/bin}.
 *
 * @param argv the program and its arguments, passed on exactly; never empty
 * @param environment the whole environment: nothing else is inherited
 * @param directory absolute path, there, of the directory to run in, or null for the executor's own
 * @param timeout how long it may run, or null for as long as it likes
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Command(
    List<String> argv,
    Map<String, String> environment,
    @Nullable String directory,
    @Nullable Duration timeout) {

  /** Copies the collections and checks what no system could run. */
  public Command {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty() || argv.get(0).isEmpty()) {
      throw new IllegalArgumentException("a command needs a program");
    }
    for (String argument : argv) {
      noNul(argument, "an argument");
    }
    environment.forEach(
        (name, value) -> {
          if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException("not the name of a variable: '" + name + "'");
          }
          noNul(name, "a variable's name");
          noNul(value, "the variable " + name);
        });
    if (directory != null) {
      noNul(directory, "the directory");
      if (!directory.startsWith("/")) {
        throw new IllegalArgumentException("not an absolute directory: '" + directory + "'");
      }
    }
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("a timeout is longer than nothing: " + timeout);
    }
  }

  /**
   * Makes a command with an empty environment, in the executor's own directory, without a timeout.
   *
   * @param argv the program and its arguments
   * @return the command
   */
  public static Command of(String... argv) {
    return new Command(List.of(argv), Map.of(), null, null);
  }

  /**
   * Returns this command with another environment.
   *
   * @param newEnvironment the whole environment
   * @return a copy
   */
  public Command withEnvironment(Map<String, String> newEnvironment) {
    return new Command(argv, newEnvironment, directory, timeout);
  }

  /**
   * Returns this command in another directory.
   *
   * @param newDirectory absolute path, there
   * @return a copy
   */
  public Command withDirectory(String newDirectory) {
    return new Command(argv, environment, Objects.requireNonNull(newDirectory), timeout);
  }

  /**
   * Returns this command with a timeout.
   *
   * @param newTimeout how long it may run
   * @return a copy
   */
  public Command withTimeout(Duration newTimeout) {
    return new Command(argv, environment, directory, Objects.requireNonNull(newTimeout));
  }

  private static void noNul(String text, String what) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " holds a NUL character");
    }
  }
}
