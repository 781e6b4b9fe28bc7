package dev.ffs.source;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import java.nio.file.Path;
import java.util.List;

/** Fetches one archive in a process of its own: STORE URL SHA256; says each event on a line. */
final class FetchMain {

  private FetchMain() {}

  public static void main(String[] args) throws InterruptedException {
    Origin origin = new Origin("sources.yaml", 3, 5);
    Archive archive =
        new Archive(new Text(args[1], origin), new Text(args[2], origin), null, origin);
    Text any = new Text("1.0", origin);
    Source source = new Source("a", any, any, List.of(archive), List.of(), null, origin);
    try {
      SourceFetcher.builder(new SourceStore(Path.of(args[0])))
          .build()
          .fetch(
              List.of(source),
              List.of(),
              event -> System.out.println(event.getClass().getSimpleName()));
    } catch (SourceUnavailableException e) {
      System.out.println(e.getMessage());
      System.exit(4);
    }
  }
}
