package dev.ffs.exec.remote;

import org.apiguardian.api.API;

/**
 * What a {@link RemoteShell} tells a person of the place where its commands run, when something
 * goes wrong there.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RemotePlace {

  /**
   * Returns where commands run.
   *
   * @return words as they follow "cannot run make", such as {@code on build.example} or {@code in
   *     the container c}
   */
  String where();

  /**
   * Says why there may be no way there, and what to do. Called when the client could not be started
   * or has ended before its command, from the thread that waits for that; it may look what is
   * wrong, but not for ever, and throws nothing.
   *
   * @return words that may follow a semicolon
   */
  String whatIsWrong();

  /**
   * Says how to end processes there that not even KILL ends.
   *
   * @return words that may follow a semicolon
   */
  String wayOut();
}
