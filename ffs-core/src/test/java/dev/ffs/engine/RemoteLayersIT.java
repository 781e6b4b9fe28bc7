package dev.ffs.engine;

import dev.ffs.exec.Executor;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** The same where steps run in another place and what they made comes back. */
@Tag("escape")
@Timeout(120)
class RemoteLayersIT extends LayersIT {

  @Override
  Optional<Executor> executor(Path in) {
    return Optional.of(new Elsewhere(in.resolve("there")));
  }
}
