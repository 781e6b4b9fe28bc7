package dev.ffs.engine;

import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How a build went, as a page that needs nothing else. But for the times it is always the same. */
final class ReportPage {

  static final String SUFFIX = ".report.html";

  private static final String STYLE =
      """
      body { font: 14px sans-serif; margin: 2em; color: #222 }
      table { border-collapse: collapse; width: 100% }
      th, td { text-align: left; padding: .15em .6em; border-bottom: 1px solid #ddd }
      .n { text-align: right; white-space: nowrap }
      .t { width: 50%; padding: 0 }
      .t div { height: .9em; min-width: 1px; background: #47a }
      .reused { color: #888 }
      code { font-size: 12px }
      """;

  private final StringBuilder out = new StringBuilder();

  private ReportPage() {}

  /**
   * A step of the build.
   *
   * @param began since the build began; of no meaning if it was reused
   * @param duration how long it ran
   * @param files how many names its layer has
   * @param bytes the size of its files
   */
  record Row(
      PlannedStep step,
      Outcome outcome,
      Duration began,
      Duration duration,
      int files,
      long bytes) {}

  /**
   * Writes the page.
   *
   * @param rows the steps, in the order of the plan
   * @param total how long the steps of the build took in all, from its beginning
   * @param outputs what it left
   */
  static String of(
      BuildPlan plan, List<Row> rows, Duration total, List<BuildResult.OutputFile> outputs) {
    ReportPage page = new ReportPage();
    page.write(plan, rows, total, outputs);
    return page.out.toString();
  }

  private void write(
      BuildPlan plan, List<Row> rows, Duration total, List<BuildResult.OutputFile> outputs) {
    long reused = rows.stream().filter(row -> row.outcome() == Outcome.REUSED).count();
    line("<!DOCTYPE html>");
    line("<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title>", plan.name());
    out.append("<style>\n").append(STYLE).append("</style></head><body>\n");
    line("<h1>%s for %s</h1>", plan.recipe(), plan.target().id());
    line(
        "<p>%s steps, %s of them reused, in %s. The steps that ran took %s together.</p>",
        rows.size(), reused, seconds(total), seconds(sum(rows)));
    line("<h2>Output</h2>");
    line("<table><tr><th>file<th class=\"n\">bytes<th>sha256</tr>");
    for (BuildResult.OutputFile file : outputs) {
      line(
          "<tr><td>%s<td class=\"n\">%s<td><code>%s</code></tr>",
          file.file().getFileName(), count(file.bytes()), file.sha256());
    }
    line("</table>");
    line("<h2>Steps</h2>");
    line(
        "<table><tr><th>step<th class=\"n\">time<th class=\"t\">from 0 to %s"
            + "<th class=\"n\">files<th class=\"n\">bytes</tr>",
        seconds(total));
    rows.forEach(row -> row(row, total));
    line("</table></body></html>");
  }

  private void row(Row row, Duration total) {
    boolean ran = row.outcome() != Outcome.REUSED;
    line(
        "<tr%s><td>%s<td class=\"n\">%s<td class=\"t\">%s<td class=\"n\">%s<td class=\"n\">%s</tr>",
        new Html(ran ? "" : " class=\"reused\""),
        row.step().id(),
        ran ? seconds(row.duration()) : "reused",
        new Html(
            ran
                ? "<div style=\"margin-left:%s;width:%s\"></div>"
                    .formatted(percent(row.began(), total), percent(row.duration(), total))
                : ""),
        count(row.files()),
        count(row.bytes()));
  }

  private static Duration sum(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.outcome() != Outcome.REUSED)
        .map(Row::duration)
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** What is HTML already. */
  private record Html(String text) {}

  private void line(String format, Object... values) {
    Object[] escaped = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      escaped[i] = values[i] instanceof Html html ? html.text() : escaped(values[i].toString());
    }
    out.append(format.formatted(escaped)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private static String percent(Duration part, Duration whole) {
    double share = (double) part.toMillis() / Math.max(1, whole.toMillis());
    return String.format(Locale.ROOT, "%.2f%%", 100 * Math.max(0, Math.min(1, share)));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
