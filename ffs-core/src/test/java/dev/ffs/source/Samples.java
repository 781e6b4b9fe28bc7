package dev.ffs.source;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Archive;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Sources and bytes for tests. */
final class Samples {

  private static final Origin ORIGIN = new Origin("sources.yaml", 3, 5);

  private Samples() {}

  static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static String sha256(byte[] bytes) {
    var digest = Digests.sha256();
    digest.update(bytes);
    return Digests.soFar(digest);
  }

  static Archive archive(String url, byte[] content) {
    return new Archive(text(url), text(sha256(content)), null, ORIGIN);
  }

  static Source source(String id, Archive... archives) {
    return new Source(id, text("1.0"), text("MIT"), List.of(archives), List.of(), null, ORIGIN);
  }

  static MirrorGroup group(String name, String... bases) {
    return new MirrorGroup(name, Stream.of(bases).map(Samples::text).toList(), ORIGIN);
  }

  private static Text text(String value) {
    return new Text(value, ORIGIN);
  }
}
