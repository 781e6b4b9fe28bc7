package dev.ffs.engine;

import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.withSources;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ffs.model.Archive;
import dev.ffs.model.Patch;
import dev.ffs.model.Place;
import dev.ffs.model.Source;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.Planner;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.Layer;
import dev.ffs.store.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the documents beside an output say of the sources it was built from. */
class DescribedTest {

  private static final String UPSTREAM = "https://example.org/lib-1.0.tar.xz";
  private static final String GNU = "mirror://gnu/lib/lib-1.0.tar.xz";
  private static final String POOL = "mirror://debian/pool/main/l/lib/lib_1.0.orig.tar.xz";
  private static final String DIGEST = "1".repeat(64);
  private static final String REPACKED = "2".repeat(64);
  private static final Layer LAYER = new Layer("3".repeat(64), Path.of("layer"));

  private static Archive archive(String url, String digest, String prepare) {
    return new Archive(text(url), text(digest), prepare == null ? null : text(prepare), HERE);
  }

  private static Archive archive(String url, String digest) {
    return archive(url, digest, null);
  }

  private static Source source(List<Archive> archives, Patch... patches) {
    return new Source("lib", text("1.0"), text("MIT"), archives, List.of(patches), null, HERE);
  }

  /** The document about an output whose one file was built from the archive at this index. */
  private static String write(Described document, Source source, int used) {
    BuildPlan plan =
        Planner.plan(
            recipe(
                List.of(source),
                "base",
                phase("base", Place.HOST, "cross", withSources(script("one", "true"), "lib"))),
            "x86-64bit");
    Description description =
        new Description(
            plan,
            List.of(new Shipped(plan.steps().get(0), LAYER)),
            Map.of("lib", new FetchedSource(source, source.archives().get(used), Path.of("lib"))),
            List.of(new BuildResult.OutputFile(Path.of("small.tar.xz"), 1, "4".repeat(64))),
            Enclosure.NAMESPACES,
            new TreeMap<>(),
            Optional.empty());
    OutputTree.Node file =
        new OutputTree.Node(
            Manifest.Kind.FILE, 0644, 0, 0, 1, "5".repeat(64), "one", Path.of("one"), LAYER);
    return document.text(description, new TreeMap<>(Map.of("one", file)));
  }

  private static JsonNode json(Described document, Source source, int used)
      throws JsonProcessingException {
    return new ObjectMapper().readTree(write(document, source, used));
  }

  private static String sourceInfo(Source source, int used) throws JsonProcessingException {
    return json(Described.SBOM, source, used).at("/packages/1/sourceInfo").asText();
  }

  // ---------------------------------------------------------------- places

  @ParameterizedTest
  @EnumSource(Described.class)
  void theSameBytesAreDescribedByTheSameTextWhicheverPlaceTheyCameFrom(Described document) {
    Source source =
        source(
            List.of(
                archive(UPSTREAM, DIGEST), archive(GNU, DIGEST), archive(POOL, DIGEST, "true")));

    String first = write(document, source, 0);

    assertThat(write(document, source, 1)).isEqualTo(first);
    assertThat(write(document, source, 2)).isEqualTo(first);
  }

  @Test
  void whatIsSaidToBePreparedIsWhatTheScriptPrepares() throws Exception {
    // The script knows the bytes, and does what the first archive that has them says.
    Source plain = source(List.of(archive(UPSTREAM, DIGEST), archive(POOL, DIGEST, "true")));
    Source prepared = source(List.of(archive(UPSTREAM, DIGEST, "true"), archive(POOL, DIGEST)));

    assertThat(sourceInfo(plain, 1)).isEqualTo("built from " + UPSTREAM);
    assertThat(sourceInfo(prepared, 1))
        .isEqualTo("built from " + UPSTREAM + "; prepared as the recipe says");
  }

  @Test
  void whatIsBuiltFromOtherBytesThanUpstreamsSaysWhereUpstreamsAre() throws Exception {
    Source source = source(List.of(archive(GNU, DIGEST), archive(POOL, REPACKED, "true")));

    JsonNode used = json(Described.SBOM, source, 1).at("/packages/1");

    assertThat(used.at("/packageFileName").asText()).isEqualTo("lib_1.0.orig.tar.xz");
    assertThat(used.at("/checksums/0/checksumValue").asText()).isEqualTo(REPACKED);
    assertThat(used.at("/downloadLocation").asText())
        .as("what is there must have that checksum")
        .isEqualTo("NOASSERTION");
    assertThat(used.at("/sourceInfo").asText())
        .isEqualTo(
            "built from "
                + POOL
                + "; upstream's archive is https://ftp.gnu.org/gnu/lib/lib-1.0.tar.xz"
                + "; prepared as the recipe says");
  }

  @Test
  void whereUpstreamsArchiveIsIsLeftOutIfNobodyElseCouldGetItThere() throws Exception {
    Source source = source(List.of(archive(POOL, REPACKED), archive(UPSTREAM, DIGEST)));

    assertThat(sourceInfo(source, 1)).isEqualTo("built from " + UPSTREAM);
  }

  // ---------------------------------------------------------------- patches

  /** The digests are what sha256sum says of these texts. */
  private static final Source PATCHED =
      source(
          List.of(archive(UPSTREAM, DIGEST)),
          new Patch(text("lib-a.patch"), "one\n"),
          new Patch(text("lib-b.patch"), "zwölf\n"));

  private static final String A =
      "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
  private static final String B =
      "8f3baf9c1c24835390573da19861fafa1f427ea4dc710369c8b8f525694b9031";

  @Test
  void eachSourceOfAStepHasTheDigestsOfItsPatches() throws Exception {
    JsonNode source = json(Described.FILES, PATCHED, 0).at("/steps/base~1one/sources/0");

    assertThat(source.at("/patches").toString())
        .isEqualTo(
            "[{\"name\":\"lib-a.patch\",\"sha256\":\"%s\"},{\"name\":\"lib-b.patch\",\"sha256\":\"%s\"}]"
                .formatted(A, B));
  }

  @Test
  void theSbomHasTheDigestsOfThePatches() throws Exception {
    assertThat(sourceInfo(PATCHED, 0))
        .isEqualTo(
            "built from %s; patched with lib-a.patch (sha256 %s), lib-b.patch (sha256 %s)"
                .formatted(UPSTREAM, A, B));
  }

  @Test
  void eachPatchIsAMaterialOfTheProvenance() throws Exception {
    JsonNode materials =
        json(Described.PROVENANCE, PATCHED, 0)
            .at("/predicate/buildDefinition/resolvedDependencies");

    assertThat(materials)
        .extracting(
            material ->
                material.at("/name").asText() + " " + material.at("/digest/sha256").asText())
        .containsExactly("lib-1.0 " + DIGEST, "lib/lib-a.patch " + A, "lib/lib-b.patch " + B);
  }
}
