package dev.ffs.source;

import dev.ffs.model.Archive;
import dev.ffs.model.Source;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Something that happened while a source was fetched. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface FetchEvent {

  /**
   * Returns the source that it happened to.
   *
   * @return the source
   */
  Source source();

  /**
   * The archive was in the store already. The last event of a source.
   *
   * @param fetched what was found
   */
  record Reused(FetchedSource fetched) implements FetchEvent {
    @Override
    public Source source() {
      return fetched.source();
    }
  }

  /**
   * Another build is fetching the same archive; this one waits for it.
   *
   * @param source the source
   * @param archive the archive
   */
  record Waiting(Source source, Archive archive) implements FetchEvent {}

  /**
   * A server is asked. Comes again for each try.
   *
   * @param source the source
   * @param archive the archive
   * @param url the real URL
   */
  record Started(Source source, Archive archive, String url) implements FetchEvent {}

  /**
   * Bytes came. Sent when the answer begins, when it ends, and at most 10 times a second between.
   *
   * @param source the source
   * @param archive the archive
   * @param bytes how much of the file is there, what earlier tries brought included
   * @param total the size of the file as the server says, in bytes, or -1 if it does not
   */
  record Progress(Source source, Archive archive, long bytes, long total) implements FetchEvent {}

  /**
   * A try failed. Another one may follow.
   *
   * @param source the source
   * @param archive the archive
   * @param attempt what was tried and what happened
   */
  record AttemptFailed(Source source, Archive archive, Attempt attempt) implements FetchEvent {}

  /**
   * A file of the store was damaged and is out of the way now; the archive is fetched again.
   *
   * @param source the source
   * @param archive the archive
   * @param file the damaged file, where it was
   * @param aside where it is now
   */
  record SetAside(Source source, Archive archive, Path file, Path aside) implements FetchEvent {}

  /**
   * The archive came, has the right digest and is in the store. The last event of a source.
   *
   * @param fetched what came
   */
  record Verified(FetchedSource fetched) implements FetchEvent {
    @Override
    public Source source() {
      return fetched.source();
    }
  }
}
