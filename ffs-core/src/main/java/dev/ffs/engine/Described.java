package dev.ffs.engine;

import dev.ffs.json.Json;
import dev.ffs.model.Source;
import dev.ffs.plan.PlannedStep;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.store.Layer;
import dev.ffs.store.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is written beside an output, about it. The same output is described by the same text. */
enum Described {
  /** Every file, and where it comes from. */
  FILES(".files.json"),

  /** What it is made of, for those who look for licences and flaws: SPDX 2.3. */
  SBOM(".spdx.json"),

  /** How it was made: in-toto statement 1 with SLSA provenance 1. */
  PROVENANCE(".provenance.json");

  private static final Pattern LICENSE_REFERENCE = Pattern.compile("LicenseRef-[A-Za-z0-9.-]+");
  private static final String NO_ASSERTION = "NOASSERTION";
  private static final String IMAGE = "SPDXRef-Image";

  private final String suffix;

  Described(String suffix) {
    this.suffix = suffix;
  }

  String suffix() {
    return suffix;
  }

  /**
   * Writes the document.
   *
   * @param tree the files of the output, by path without a leading slash
   */
  String text(Description description, NavigableMap<String, OutputTree.Node> tree) {
    Map<String, Object> document =
        switch (this) {
          case FILES -> files(description, tree);
          case SBOM -> sbom(description, tree);
          case PROVENANCE -> provenance(description);
        };
    return Json.write(document) + "\n";
  }

  // ---------------------------------------------------------------- files

  private static Map<String, Object> files(
      Description d, NavigableMap<String, OutputTree.Node> tree) {
    Map<String, Object> steps = new LinkedHashMap<>();
    for (Shipped one : d.shipped()) {
      List<Object> sources = new ArrayList<>();
      for (Source source : one.step().sources()) {
        sources.add(Json.onOneLine(source(d, source)));
      }
      steps.put(one.step().id().toString(), map("sources", sources));
    }
    Map<String, PlannedStep> makers = d.makers();
    Map<String, String> firstNames = new HashMap<>();
    List<Object> files = new ArrayList<>();
    tree.forEach(
        (path, node) -> files.add(Json.onOneLine(file("/" + path, node, makers, firstNames))));
    return map(
        "recipe",
        d.plan().recipe(),
        "target",
        d.plan().target().id(),
        "steps",
        steps,
        "files",
        files);
  }

  private static Map<String, Object> source(Description d, Source source) {
    Map<String, Object> fields =
        map(
            "id",
            source.id(),
            "version",
            source.version().value(),
            "sha256",
            d.archive(source).digest());
    if (!source.patches().isEmpty()) {
      fields.put(
          "patches",
          source.patches().stream()
              .map(patch -> map("name", patch.name().value(), "sha256", Description.digest(patch)))
              .toList());
    }
    return fields;
  }

  private static Map<String, Object> file(
      String path,
      OutputTree.Node node,
      Map<String, PlannedStep> makers,
      Map<String, String> firstNames) {
    Map<String, Object> file = map("path", path, "kind", kind(node.kind()));
    if (node.kind() != Manifest.Kind.SYMBOLIC_LINK) {
      file.put("mode", String.format(Locale.ROOT, "%04o", node.mode()));
    }
    file.put("user", node.uid());
    file.put("group", node.gid());
    if (node.kind() == Manifest.Kind.SYMBOLIC_LINK) {
      file.put("target", node.value());
    } else if (node.kind() == Manifest.Kind.FILE) {
      file.put("size", node.size());
      file.put("sha256", node.value());
      String first = firstNames.putIfAbsent(node.identity(), path);
      if (first != null) {
        file.put("sameAs", first);
      }
    }
    Layer layer = node.layer();
    PlannedStep maker = layer == null ? null : makers.get(layer.digest());
    file.put("step", maker == null ? null : maker.id().toString());
    return file;
  }

  private static String kind(Manifest.Kind kind) {
    return switch (kind) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMBOLIC_LINK -> "link";
      case FIFO -> "fifo";
      case HARD_LINK, OPAQUE_DIRECTORY, WHITEOUT ->
          throw new IllegalStateException("no file of an output: " + kind);
    };
  }

  // ---------------------------------------------------------------- SBOM

  private static Map<String, Object> sbom(
      Description d, NavigableMap<String, OutputTree.Node> tree) {
    List<Object> packages = new ArrayList<>();
    List<Object> relationships = new ArrayList<>();
    TreeSet<String> ownLicenses = new TreeSet<>();
    packages.add(image(d));
    relationships.add(relationship("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE));
    for (Source source : d.shippedSources(tree)) {
      String id = "SPDXRef-Source-" + spdxId(source.id());
      packages.add(sourcePackage(d, source, id));
      relationships.add(relationship(IMAGE, "GENERATED_FROM", id));
      Matcher own = LICENSE_REFERENCE.matcher(source.license().value());
      while (own.find()) {
        ownLicenses.add(own.group());
      }
    }
    Map<String, Object> document =
        map(
            "spdxVersion",
            "SPDX-2.3",
            "dataLicense",
            "CC0-1.0",
            "SPDXID",
            "SPDXRef-DOCUMENT",
            "name",
            d.plan().name(),
            "documentNamespace",
            "",
            "creationInfo",
            map(
                "created",
                Instant.ofEpochSecond(ScriptGenerator.EPOCH).toString(),
                "creators",
                List.of("Tool: " + Description.tool())),
            "packages",
            packages,
            "relationships",
            relationships);
    if (!ownLicenses.isEmpty()) {
      document.put(
          "hasExtractedLicensingInfos",
          ownLicenses.stream()
              .map(
                  license ->
                      map(
                          "licenseId",
                          license,
                          "extractedText",
                          "In the source package that declares it."))
              .toList());
    }
    // The same content has one name everywhere, and another content has another.
    document.put(
        "documentNamespace",
        "https://spdx.org/spdxdocs/"
            + d.plan().name()
            + "-"
            + StepKey.sha256(Json.write(document)));
    return document;
  }

  private static Map<String, Object> image(Description d) {
    BuildResult.OutputFile first = d.images().get(0);
    Map<String, Object> image =
        map(
            "SPDXID",
            IMAGE,
            "name",
            d.plan().name(),
            "packageFileName",
            String.valueOf(first.file().getFileName()),
            "downloadLocation",
            NO_ASSERTION,
            "filesAnalyzed",
            false,
            "checksums",
            List.of(checksum(first.sha256())));
    image.put("primaryPackagePurpose", "OPERATING_SYSTEM");
    image.put("licenseConcluded", NO_ASSERTION);
    image.put("licenseDeclared", NO_ASSERTION);
    image.put("copyrightText", NO_ASSERTION);
    return image;
  }

  private static Map<String, Object> sourcePackage(Description d, Source source, String id) {
    Map<String, Object> fields =
        map(
            "SPDXID",
            id,
            "name",
            source.id(),
            "versionInfo",
            source.version().value(),
            "packageFileName",
            d.archive(source).fileName(),
            "downloadLocation",
            d.location(source).orElse(NO_ASSERTION),
            "filesAnalyzed",
            false,
            "checksums",
            List.of(checksum(d.archive(source).digest())));
    fields.put("primaryPackagePurpose", "SOURCE");
    fields.put("sourceInfo", String.join("; ", d.changes(source)));
    fields.put("licenseConcluded", NO_ASSERTION);
    fields.put("licenseDeclared", source.license().value());
    fields.put("copyrightText", NO_ASSERTION);
    return fields;
  }

  private static Map<String, Object> checksum(String sha256) {
    return map("algorithm", "SHA256", "checksumValue", sha256);
  }

  private static Map<String, Object> relationship(String from, String type, String to) {
    return map("spdxElementId", from, "relationshipType", type, "relatedSpdxElement", to);
  }

  /** SPDX allows letters, digits, full stops and hyphens. */
  private static String spdxId(String id) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c == '_' || c == '+') {
        out.append('-').append(Integer.toHexString(c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  // ---------------------------------------------------------------- provenance

  private static Map<String, Object> provenance(Description d) {
    List<Object> subjects = new ArrayList<>();
    for (BuildResult.OutputFile file : d.images()) {
      subjects.add(
          map(
              "name",
              String.valueOf(file.file().getFileName()),
              "digest",
              map("sha256", file.sha256())));
    }
    List<Object> materials = new ArrayList<>();
    for (Source source : d.plan().sources()) {
      materials.add(
          map(
              "name",
              source.id() + "-" + source.version(),
              "uri",
              d.location(source).orElse(d.archive(source).url().value()),
              "digest",
              map("sha256", d.archive(source).digest())));
      // They come with the recipe, so there is nowhere to get them.
      source
          .patches()
          .forEach(
              patch ->
                  materials.add(
                      map(
                          "name",
                          source.id() + "/" + patch.name(),
                          "digest",
                          map("sha256", Description.digest(patch)))));
    }
    Map<String, Object> layers = new LinkedHashMap<>();
    d.shipped().forEach(one -> layers.put(one.step().id().toString(), one.layer().digest()));
    Map<String, Object> internal = map("enclosure", d.enclosure().name().toLowerCase(Locale.ROOT));
    d.hostCompiler().ifPresent(text -> internal.put("hostCompiler", text.lines().toList()));
    internal.put("keys", d.keys());
    internal.put("layers", layers);
    return map(
        "_type",
        "https://in-toto.io/Statement/v1",
        "subject",
        subjects,
        "predicateType",
        "https://slsa.dev/provenance/v1",
        "predicate",
        map(
            "buildDefinition",
            map(
                "buildType",
                "urn:ffs:build:1",
                "externalParameters",
                map(
                    "recipe",
                    d.plan().recipe(),
                    "target",
                    d.plan().target().id(),
                    "triple",
                    d.plan().target().triple().value()),
                "internalParameters",
                internal,
                "resolvedDependencies",
                materials),
            "runDetails",
            map("builder", map("id", "urn:ffs:builder:" + Description.tool()))));
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
