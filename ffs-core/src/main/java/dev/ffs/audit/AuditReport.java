package dev.ffs.audit;

import java.util.List;
import org.apiguardian.api.API;

/**
 * What an audit found.
 *
 * @param files how many files were judged
 * @param elfFiles how many of them are programs, libraries or objects; members of archives count
 * @param excepted how many files were not judged, because the recipe says so
 * @param findings all that is wrong, ordered by path
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AuditReport(int files, int elfFiles, int excepted, List<Finding> findings) {

  /** Copies the list. */
  public AuditReport {
    findings = List.copyOf(findings);
  }

  /**
   * Says whether nothing is wrong.
   *
   * @return true if so
   */
  public boolean passed() {
    return findings.isEmpty();
  }
}
