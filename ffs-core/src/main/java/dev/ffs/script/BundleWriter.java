package dev.ffs.script;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.DiagnosticException;
import dev.ffs.model.Archive;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Output;
import dev.ffs.model.Patch;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lays out a bundle: the scripts of the library, those of each step, and tables for the loop.
 *
 * <p>Tables have a line per row and tabs between columns; {@code -} is a column without a value.
 */
final class BundleWriter {

  private final ScriptGenerator scripts;
  private final BuildPlan plan;
  private final List<Bundle.BundleFile> files = new ArrayList<>();

  BundleWriter(ScriptGenerator scripts, BuildPlan plan) {
    this.scripts = scripts;
    this.plan = plan;
  }

  Bundle bundle() {
    add("build.sh", Templates.resource("bundle.sh"), true);
    add("enclosure.sh", ScriptGenerator.enclosure(), true);
    add("compiler.sh", ScriptGenerator.compiler(), true);
    add("keep.sh", ScriptGenerator.keep(), true);
    add("pack.sh", Templates.resource("pack.sh"), true);
    add("name", plan.name() + "\n", false);
    add("epoch", ScriptGenerator.EPOCH + "\n", false);
    add("sources.tsv", sources(), false);
    add("steps.tsv", steps(), false);
    add("output.tsv", output(), false);
    for (PlannedStep step : plan.steps()) {
      StepScripts generated = scripts.generate(step);
      add("steps/" + step.id() + "/prepare.sh", generated.prepare(), true);
      add("steps/" + step.id() + "/build.sh", generated.build(), true);
    }
    for (Source source : plan.sources()) {
      for (Patch patch : source.patches()) {
        add("patches/" + source.id() + "/" + patch.name().value(), patch.content(), false);
      }
    }
    files.sort(Comparator.comparing(Bundle.BundleFile::path));
    return new Bundle(files);
  }

  private void add(String path, String content, boolean executable) {
    files.add(new Bundle.BundleFile(path, content, executable));
  }

  private String sources() {
    StringBuilder out = new StringBuilder();
    for (Source source : plan.sources()) {
      for (Archive archive : source.archives()) {
        String name = source.places(archive.digest()).get(0).fileName();
        for (String url : expanded(archive.url())) {
          row(out, source.id(), name, archive.digest(), url);
        }
      }
    }
    return out.toString();
  }

  private List<String> expanded(Text url) {
    String prefix = "mirror://";
    if (!url.value().startsWith(prefix)
        || url.value().startsWith(prefix + MirrorGroup.DEBIAN + "/")) {
      return List.of(url.value());
    }
    String rest = url.value().substring(prefix.length());
    int slash = rest.indexOf('/');
    String group = rest.substring(0, Math.max(slash, 0));
    MirrorGroup found =
        plan.mirrors().stream()
            .filter(m -> m.name().equals(group))
            .findFirst()
            .orElseThrow(
                () ->
                    new DiagnosticException(
                        List.of(
                            Diagnostic.error(
                                url.origin(), "unknown mirror group '" + group + "'"))));
    return found.bases().stream().map(base -> base.value() + rest.substring(slash + 1)).toList();
  }

  private String steps() {
    StringBuilder out = new StringBuilder();
    for (PlannedStep step : plan.steps()) {
      row(
          out,
          step.id().toString(),
          step.where() == Place.HOST ? "host" : "chroot",
          step.shell(),
          step.toolchain() == Toolchain.Kind.HOST
              ? "host"
              : step.toolchain().name().toLowerCase(Locale.ROOT),
          step.jobs() == null ? null : step.jobs().toString(),
          words(step.sees().stream().map(Object::toString).toList()),
          words(step.sources().stream().map(Source::id).toList()),
          step.emulator() == null ? null : step.emulator().arch(),
          step.emulator() == null ? null : step.emulator().cpu());
    }
    return out.toString();
  }

  private String output() {
    StringBuilder out = new StringBuilder();
    Output output = plan.output();
    Set<String> shipped = output.phases().stream().map(Text::value).collect(Collectors.toSet());
    plan.steps().stream()
        .filter(step -> shipped.contains(step.id().phase()))
        .forEach(step -> row(out, "layer", step.id().toString()));
    output.exclude().forEach(path -> row(out, "exclude", path.value()));
    output
        .directories()
        .forEach(entry -> row(out, "directory", entry.path().value(), entry.mode().value()));
    output
        .owners()
        .forEach(
            entry ->
                row(
                    out,
                    "owner",
                    entry.path().value(),
                    entry.mode() == null ? null : entry.mode().value(),
                    entry.user() == null ? "0" : entry.user().value(),
                    entry.group() == null ? "0" : entry.group().value()));
    return out.toString();
  }

  /** Words in one column; the loop splits at spaces, and an empty column would vanish. */
  private static @Nullable String words(List<String> words) {
    return words.isEmpty() ? null : String.join(" ", words);
  }

  private static void row(StringBuilder out, @Nullable String... columns) {
    for (int i = 0; i < columns.length; i++) {
      String column = columns[i];
      out.append(i == 0 ? "" : "\t").append(column == null ? "-" : column);
    }
    out.append('\n');
  }
}
