package dev.ffs.source;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * One thing that was tried to get an archive, and how it went wrong.
 *
 * @param url the real URL that was asked, or what stands in the recipe if it led to none; never
 *     with a user's name or password
 * @param reason the kind of failure, for programs
 * @param outcome what happened, for people: one line
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Attempt(String url, Reason reason, String outcome) {

  /** Takes names and passwords out of the URL. */
  public Attempt {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(outcome, "outcome");
    url = url.replaceFirst("^([a-z]+://)[^/@]*@", "$1***@");
  }

  /** Why an attempt failed. */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public enum Reason {
    /** The network was not to be used. */
    OFFLINE,
    /** The URL leads nowhere: an empty or unknown mirror group, or not a URL at all. */
    NO_PLACE,
    /** No connection to the host came about. */
    UNREACHABLE,
    /** The server, or the file system for a {@code file:} URL, said no. */
    REFUSED,
    /** The transfer began and did not end well. */
    BROKEN,
    /** What came is not the archive: its digest is wrong. */
    WRONG_CONTENT,
    /** This machine is the trouble: a full disk, a store that cannot be written. */
    LOCAL
  }

  /** Returns the URL and the outcome. */
  @Override
  public String toString() {
    return url + ": " + outcome;
  }
}
