package dev.ffs.engine;

import dev.ffs.model.Archive;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Patch;
import dev.ffs.model.Source;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepKey;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What is known of an output when it is written.
 *
 * @param plan the plan
 * @param shipped the steps whose files it holds, in order
 * @param sources what the sources of the plan were built from, by id; the place that delivered it
 *     is no part of the description
 * @param images the files that hold it
 * @param enclosure what kept the steps from the machine
 * @param keys what each step of the build depends on, by its name
 * @param hostCompiler what the host's compiler, linker and C library say of their versions; empty
 *     if no step uses them
 */
record Description(
    BuildPlan plan,
    List<Shipped> shipped,
    Map<String, FetchedSource> sources,
    List<BuildResult.OutputFile> images,
    Enclosure enclosure,
    SortedMap<String, String> keys,
    Optional<String> hostCompiler) {

  private static final String MIRROR = "mirror://";

  /** Returns the sources of a step. */
  static List<String> ids(PlannedStep step) {
    return step.sources().stream().map(Source::id).toList();
  }

  /** Returns the digest of a patch: that of the text which was applied, as in the step's key. */
  static String digest(Patch patch) {
    return StepKey.sha256(patch.content());
  }

  /** Returns this program and its version, as far as that is known. */
  static String tool() {
    String version = Ffs.class.getPackage().getImplementationVersion();
    return version == null ? "ffs" : "ffs-" + version;
  }

  /**
   * Returns the steps by the digests of their layers. Of several that made the same, it is the last
   * one, whose layer lies over the others.
   */
  Map<String, PlannedStep> makers() {
    Map<String, PlannedStep> makers = new HashMap<>();
    shipped.forEach(one -> makers.put(one.layer().digest(), one.step()));
    return makers;
  }

  /**
   * Returns the archive that a source was built from. Of several places of the same bytes it is the
   * first, wherever they came from this time: the next build may get them elsewhere, and is the
   * same. The scripts take its name and its preparation, too.
   */
  Archive archive(Source source) {
    return places(source).get(0);
  }

  /** Returns all archives that have the bytes that a source was built from, in order. */
  private List<Archive> places(Source source) {
    return Objects.requireNonNull(sources.get(source.id()), source.id()).places();
  }

  /**
   * Returns the sources of the steps that made something of the output besides directories.
   *
   * @param tree its files
   */
  List<Source> shippedSources(NavigableMap<String, OutputTree.Node> tree) {
    Map<String, PlannedStep> makers = makers();
    Set<PlannedStep> steps = new LinkedHashSet<>();
    tree.values().stream()
        .filter(node -> node.kind() != Manifest.Kind.DIRECTORY && node.layer() != null)
        .forEach(
            node -> {
              PlannedStep maker = makers.get(Objects.requireNonNull(node.layer()).digest());
              if (maker != null) {
                steps.add(maker);
              }
            });
    Set<String> ids = new LinkedHashSet<>();
    steps.forEach(step -> ids.addAll(ids(step)));
    return plan.sources().stream().filter(source -> ids.contains(source.id())).toList();
  }

  /**
   * Returns where anybody can get an archive: of all places that the recipe knows for the same
   * bytes, the first that does not depend on how a machine is set up.
   */
  Optional<String> location(Source source) {
    return places(source).stream()
        .flatMap(archive -> resolved(archive.url().value()).stream())
        .findFirst();
  }

  /** Returns where upstream's own archive is, if that is not what a source was built from. */
  private Optional<String> upstream(Source source) {
    Archive first = source.archives().get(0);
    return first.digest().equals(archive(source).digest())
        ? Optional.empty()
        : resolved(first.url().value());
  }

  private Optional<String> resolved(String url) {
    if (!url.startsWith(MIRROR)) {
      return url.startsWith("http") ? Optional.of(url) : Optional.empty();
    }
    String rest = url.substring(MIRROR.length());
    int slash = rest.indexOf('/');
    String group = rest.substring(0, slash);
    List<MirrorGroup> groups =
        plan.mirrors().stream().filter(mirror -> mirror.name().equals(group)).toList();
    return groups.stream()
        .flatMap(mirror -> mirror.bases().stream())
        .map(base -> base.value().replaceFirst("/*$", "/") + rest.substring(slash + 1))
        .filter(resolved -> resolved.startsWith("http"))
        .findFirst();
  }

  /** Returns what was done to a source before it was built, and what it was taken from. */
  List<String> changes(Source source) {
    List<String> changes = new ArrayList<>();
    Archive archive = archive(source);
    changes.add("built from " + archive.url());
    upstream(source).ifPresent(url -> changes.add("upstream's archive is " + url));
    if (archive.prepare() != null || source.prepare() != null) {
      changes.add("prepared as the recipe says");
    }
    if (!source.patches().isEmpty()) {
      changes.add(
          source.patches().stream()
              .map(patch -> patch.name() + " (sha256 " + digest(patch) + ")")
              .collect(Collectors.joining(", ", "patched with ", "")));
    }
    return changes;
  }
}
