package dev.ffs.examples.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command as a process of its own, with a copy of the recipe hello and a store of its own. */
final class Command implements AutoCloseable {

  private static final List<String> FILES =
      List.of("recipe.yaml", "sources.yaml", "phases/greet.yaml", "targets/x86-64bit.yaml");

  private final Path directory;
  private final Map<String, String> environment;
  private final List<Process> started = new ArrayList<>();
  private final String good;

  Command(Path directory, Map<String, String> environment) throws IOException {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    for (String file : FILES) {
      Path to = directory.resolve("recipes/hello").resolve(file);
      Files.createDirectories(to.getParent());
      Files.copy(Calls.HOME.resolve("recipes/hello").resolve(file), to);
    }
    good = Files.readString(phase());
  }

  private Path phase() {
    return directory.resolve("recipes/hello/phases/greet.yaml");
  }

  /** Puts another command before what the second step does. */
  void secondStep(String command) throws IOException {
    Files.writeString(phase(), good.replace("        tr ", "        " + command + "\n        tr "));
  }

  /** Takes that back. */
  void goodStep() throws IOException {
    Files.writeString(phase(), good);
  }

  Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    // A shell that starts something in the background has it ignore ^C, and all that it starts.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("-Dffs.home=" + directory, Main.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FFS_STORE", directory.resolve("store").toString());
    builder.environment().putAll(environment);
    Process process = builder.directory(directory.toFile()).start();
    started.add(process);
    return process;
  }

  /** Reads lines until one begins so, and returns it. */
  static String await(BufferedReader lines, String beginning) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
      all.append(line).append('\n');
    }
    throw new AssertionError("no line begins with " + beginning + " in:\n" + all);
  }

  static void interrupt(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not stop");
    }
  }

  static String read(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    started.forEach(Process::destroyForcibly);
  }
}
