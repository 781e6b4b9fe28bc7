package dev.ffs.engine;

import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.OutputSink;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.Layer;
import dev.ffs.store.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** This machine: everything is where it is. */
final class LocalSite implements Site {

  private final BuildRequest request;

  LocalSite(BuildRequest request) {
    this.request = request;
  }

  @Override
  public boolean isHere() {
    return true;
  }

  @Override
  public Function<Path, String> running(Path directory) {
    return Path::toString;
  }

  @Override
  public Function<Path, String> failed(Path directory, StepId step) {
    return Path::toString;
  }

  @Override
  public String tree(Layer layer) {
    return layer.tree().toString();
  }

  @Override
  public String archive(FetchedSource source) {
    return source.file().toAbsolutePath().toString();
  }

  @Override
  public void bring(Path directory, String there) {}

  @Override
  public ExitStatus run(List<String> argv, OutputSink sink) {
    return request.executor().run(Commands.command(argv), sink, request.cancellation());
  }

  @Override
  public ExitStatus take(Workspace workspace, OutputSink sink) throws IOException {
    // What was built need not reach the disk, only what is kept.
    workspace.discardBuild();
    return run(keep(workspace, request.enclosure()), sink);
  }

  /** Returns what makes the upper directory of a workspace ready to be kept. */
  static List<String> keep(Workspace workspace, Enclosure enclosure) throws IOException {
    Path script = workspace.directory().resolve("keep.sh");
    Files.writeString(script, ScriptGenerator.keep());
    List<String> argv =
        new ArrayList<>(
            List.of(
                "/bin/bash",
                script.toString(),
                workspace.upper().toString(),
                Long.toString(ScriptGenerator.EPOCH)));
    if (enclosure == Enclosure.NONE) {
      argv.add("inside");
    }
    return argv;
  }

  @Override
  public void onKept(Workspace workspace, StepKey key, Layer layer) {}

  @Override
  public void onFailed(Workspace workspace, StepId step) {}

  @Override
  public boolean hasFailed(Path directory, StepId step) {
    return !Files.exists(directory.resolve(RemoteSite.ELSEWHERE));
  }

  @Override
  public void clear(Workspace workspace) {}

  @Override
  public Optional<String> find(StepKey key, Workspace workspace, OutputSink sink) {
    return Optional.empty();
  }

  @Override
  public List<String> terminal(List<String> argv) {
    return request.executor().terminal(argv);
  }

  @Override
  public void close() {}
}
