package dev.ffs.dsl;

import java.util.function.Consumer;
import org.apiguardian.api.API;

/** What the output holds, as it is being written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface OutputSpec permits OutputDraft {

  /**
   * Says whose files are shipped: those that steps of these phases made. Required.
   *
   * @param ids names of phases
   * @return this spec
   */
  OutputSpec phases(String... ids);

  /**
   * Says what it is packed as; if not called, a tarball.
   *
   * @param ids words for {@link dev.ffs.model.OutputFormat formats}, such as {@code oci}
   * @return this spec
   */
  OutputSpec formats(String... ids);

  /**
   * Leaves paths out, with all below them.
   *
   * @param paths absolute paths
   * @return this spec
   */
  OutputSpec exclude(String... paths);

  /**
   * Makes a directory if no step made it; called once for each.
   *
   * @param path an absolute path
   * @param mode up to four octal digits
   * @return this spec
   */
  OutputSpec directory(String path, String mode);

  /**
   * Gives a path another owner than 0:0 or another mode than the one it was built with; called once
   * for each path.
   *
   * @param path an absolute path
   * @param owner says which
   * @return this spec
   */
  OutputSpec owner(String path, Consumer<OwnerSpec> owner);

  /**
   * Has the output judged before it is written.
   *
   * @param audit says by what
   * @return this spec
   */
  OutputSpec audit(Consumer<AuditSpec> audit);
}
