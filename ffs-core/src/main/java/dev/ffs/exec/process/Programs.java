package dev.ffs.exec.process;

import dev.ffs.exec.Command;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds programs and directories the way {@link Command} says. */
final class Programs {

  // What execvp(3) takes without PATH.
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private Programs() {}

  /** Returns the program as it is to be executed: with a slash, so that nobody looks further. */
  static String find(Command command) {
    String program = command.argv().get(0);
    Path directory = directory(command);
    if (program.contains("/")) {
      Path file = directory.resolve(program);
      if (isProgram(file)) {
        return program;
      }
      throw notFound(
          "cannot run "
              + program
              + ": "
              + (Files.isDirectory(file)
                  ? "it is a directory"
                  : Files.exists(file) ? "it is not executable" : "there is no such file"));
    }
    String path = command.environment().getOrDefault("PATH", DEFAULT_PATH);
    for (String place : path.split(":", -1)) {
      // An empty place means the current directory.
      Path file = directory.resolve(place).resolve(program);
      if (isProgram(file)) {
        return file.toString();
      }
    }
    throw notFound("cannot run " + program + ": no such program in " + path);
  }

  /** Returns the absolute directory to run in. */
  static Path directory(Command command) {
    Path directory =
        Path.of(command.directory() == null ? "" : command.directory()).toAbsolutePath();
    if (!Files.isDirectory(directory)) {
      throw new ExecutorException(
          Reason.NOT_STARTED,
          "cannot run " + command.argv().get(0) + " in " + directory + ": no such directory",
          null);
    }
    return directory;
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  private static ExecutorException notFound(String message) {
    return new ExecutorException(Reason.PROGRAM_NOT_FOUND, message, null);
  }
}
