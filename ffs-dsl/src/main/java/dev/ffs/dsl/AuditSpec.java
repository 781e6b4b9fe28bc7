package dev.ffs.dsl;

import org.apiguardian.api.API;

/** What an output is judged by, as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface AuditSpec permits AuditDraft {

  /**
   * Says what compiled files may say of their compiler in {@code .comment}. Required.
   *
   * @param comments whole texts, such as {@code GCC: (GNU) 14.2.0}; {@code none} for a compiler
   *     that says nothing
   * @return this spec
   */
  AuditSpec compilers(String... comments);

  /**
   * Says which paths exist only while the output is built, so that no file may name them.
   *
   * @param paths absolute paths
   * @return this spec
   */
  AuditSpec forbid(String... paths);

  /**
   * Leaves paths unjudged, with all below them.
   *
   * @param paths absolute paths
   * @return this spec
   */
  AuditSpec except(String... paths);
}
