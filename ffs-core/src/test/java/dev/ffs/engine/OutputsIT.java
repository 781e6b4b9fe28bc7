package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static dev.ffs.engine.Builds.directory;
import static dev.ffs.engine.Builds.host;
import static dev.ffs.engine.Builds.owner;
import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.phase;
import static dev.ffs.fixtures.Fixtures.recipe;
import static dev.ffs.fixtures.Fixtures.script;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;
import static dev.ffs.fixtures.Fixtures.withSources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.exec.Cancellation;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tarball;
import dev.ffs.fixtures.Tools;
import dev.ffs.lock.PathLock;
import dev.ffs.model.Archive;
import dev.ffs.model.Output;
import dev.ffs.model.Place;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a build leaves: its formats, what describes them, and what an audit keeps back. */
@Timeout(120)
class OutputsIT {

  private static final String NAME = "small-x86-64bit";
  private static final Recipe TREE =
      formats(
          host(
              script(
                  "a",
                  """
                  cd "$FFS_SYSROOT"
                  mkdir -p usr/bin; echo text >usr/bin/one; ln usr/bin/one usr/bin/two
                  ln -s one usr/bin/three; chmod 4755 usr/bin/one; mkfifo pipe
                  """),
              script("b", "mkdir -p \"$FFS_SYSROOT/usr\"; echo b >\"$FFS_SYSROOT/usr/b\"", "a")),
          "tar.xz",
          "oci",
          "lxd");

  @TempDir Path directory;
  private Builds builds;

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    builds = new Builds(directory);
  }

  private static Recipe formats(Recipe recipe, String... formats) {
    Output o = recipe.output();
    return Builds.with(
        recipe,
        new Output(
            o.phases(),
            texts(formats),
            o.exclude(),
            o.directories(),
            o.owners(),
            o.audit(),
            o.origin()));
  }

  private Path file(String suffix) {
    return builds.output.resolve(NAME + suffix);
  }

  private BuildResult built(Recipe recipe) {
    BuildResult result = builds.build(recipe);
    assertThat(result.succeeded()).as(result.toString()).isTrue();
    return result;
  }

  private List<String> left() throws IOException {
    try (Stream<Path> list = Files.list(builds.output)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private String run(String... command) throws Exception {
    Tools.Result result = Tools.run(directory, command);
    assertThat(result.code()).as(result.output()).isZero();
    return result.output();
  }

  // ---------------------------------------------------------------- formats

  @Test
  void eachFormatHoldsTheSameRootFileSystem() throws Exception {
    BuildResult result = built(TREE);

    SortedMap<String, String> root = Tarball.read(file(".tar.xz"));
    assertThat(root).containsKey("usr/bin/three").containsKey("pipe");
    SortedMap<String, String> lxd = new TreeMap<>();
    String metadata = "";
    for (Map.Entry<String, String> entry : Tarball.read(file(".lxd.tar.xz")).entrySet()) {
      if (entry.getKey().startsWith("rootfs/")) {
        lxd.put(entry.getKey().substring(7), entry.getValue().replace("rootfs/", ""));
      } else {
        metadata += entry.getKey() + ": " + entry.getValue() + "\n";
      }
    }
    assertThat(lxd).isEqualTo(root);
    assertThat(metadata)
        .startsWith("metadata.yaml: file 644 0:0 ")
        .contains("rootfs: directory 755");
    String yaml = run("tar", "-xOf", file(".lxd.tar.xz").toString(), "metadata.yaml");
    assertThat(yaml)
        .contains(
            "\"architecture\": \"x86_64\"", "\"creation_date\": 315532800", "\"name\": \"" + NAME);

    // The layer is the tarball without its compression.
    JsonNode config = ociConfig();
    assertThat(config.at("/rootfs/diff_ids/0").asText())
        .isEqualTo("sha256:" + sha256(run("xz", "-dc", file(".tar.xz").toString())));
    assertThat(config.at("/architecture").asText()).isEqualTo("amd64");
    assertThat(config.at("/created").asText()).isEqualTo("1980-01-01T00:00:00Z");
    assertThat(result.outputs())
        .extracting(output -> output.file().getFileName().toString())
        .containsExactly(
            NAME + ".tar.xz",
            NAME + ".oci.tar",
            NAME + ".lxd.tar.xz",
            NAME + ".files.json",
            NAME + ".spdx.json",
            NAME + ".provenance.json");
    for (BuildResult.OutputFile output : result.outputs()) {
      assertThat(output.bytes()).isEqualTo(Files.size(output.file()));
      assertThat(run("sha256sum", output.file().toString())).startsWith(output.sha256());
    }
    assertThat(left()).hasSize(7);
  }

  private static String sha256(String utf8) {
    return StepKey.sha256(utf8);
  }

  /** Follows index, manifest and config by their digests, as a runtime does. */
  private JsonNode ociConfig() throws Exception {
    Path layout = Files.createDirectories(directory.resolve("layout"));
    run("tar", "-xf", file(".oci.tar").toString(), "-C", layout.toString());
    assertThat(layout.resolve("oci-layout"))
        .content()
        .contains("\"imageLayoutVersion\": \"1.0.0\"");
    JsonNode index = json(layout.resolve("index.json"));
    JsonNode descriptor = index.at("/manifests/0");
    assertThat(descriptor.at("/platform/architecture").asText()).isEqualTo("amd64");
    JsonNode manifest = json(blob(layout, descriptor));
    assertThat(blob(layout, manifest.at("/layers/0"))).isRegularFile();
    return json(blob(layout, manifest.at("/config")));
  }

  private Path blob(Path layout, JsonNode descriptor) throws Exception {
    String digest = descriptor.at("/digest").asText().substring("sha256:".length());
    Path blob = layout.resolve("blobs/sha256").resolve(digest);
    assertThat(run("sha256sum", blob.toString())).startsWith(digest);
    assertThat(Files.size(blob)).isEqualTo(descriptor.at("/size").asLong());
    return blob;
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  @Test
  void theOciImageRunsUnderARealRuntime() throws Exception {
    Tools.requireRoot();
    for (String program : List.of("skopeo", "umoci", "runc", "busybox")) {
      Tools.require(program);
    }
    built(formats(busybox(), "oci"));
    String image = file(".oci.tar").toString();

    assertThat(run("skopeo", "inspect", "oci-archive:" + image))
        .contains("\"Architecture\": \"amd64\"", "\"Os\": \"linux\"");
    run("skopeo", "copy", "oci-archive:" + image, "oci:layout:latest");
    run("umoci", "unpack", "--image", "layout:latest", "bundle");
    Path config = directory.resolve("bundle/config.json");
    // What umoci writes wants a terminal.
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"terminal\": true", "\"terminal\": false")
            .replaceFirst("\"/bin/sh\"", "\"/bin/sh\", \"-c\", \"id -u; ls /; echo done\""));
    String name = "ffs-test-" + ProcessHandle.current().pid();

    String said =
        run("runc", "--root", directory.resolve("runc").toString(), "run", "-b", "bundle", name);

    assertThat(said.lines()).startsWith("0").contains("bin", "proc").endsWith("done");
  }

  @Test
  void theLxdImageRunsUnderTheRealLxd() throws Exception {
    Tools.requireRoot();
    Tools.requireLxd();
    Tools.require("busybox");
    built(formats(busybox(), "lxd"));
    String name = "ffs-test-" + ProcessHandle.current().pid();

    run("lxc", "image", "import", file(".lxd.tar.xz").toString(), "--alias", name);
    try {
      assertThat(run("lxc", "image", "info", name))
          .contains("Architecture: x86_64", "Created: 1980/01/01");
      run("lxc", "init", name, name);
      // There is no init in it.
      run("lxc", "config", "set", name, "raw.lxc", "lxc.init.cmd = /bin/sleep 1000");
      run("lxc", "start", name);
      assertThat(run("lxc", "exec", name, "--", "sh", "-c", "id -u; ls /; echo done").lines())
          .startsWith("0")
          .contains("bin", "proc")
          .endsWith("done");
    } finally {
      Tools.run(directory, "lxc", "delete", "--force", name);
      Tools.run(directory, "lxc", "image", "delete", name);
    }
  }

  private static Recipe busybox() {
    Recipe recipe =
        recipe(
            List.of(),
            "base",
            phase(
                "base",
                Place.HOST,
                "cross",
                script("root", Builds.BUSYBOX + "ln -s busybox \"$FFS_SYSROOT/bin/sleep\"\n")));
    return Builds.with(
        recipe,
        Builds.output(
            List.of("base"),
            List.of(),
            List.of(
                directory("/dev", "0755"),
                directory("/proc", "0555"),
                directory("/sys", "0555"),
                directory("/tmp", "1777"),
                directory("/root", "0700"),
                directory("/etc", "0755")),
            List.of()));
  }

  // ---------------------------------------------------------------- written once

  private Map<String, List<Object>> states() throws IOException {
    Map<String, List<Object>> states = new TreeMap<>();
    for (String name : left()) {
      BasicFileAttributes attributes =
          Files.readAttributes(builds.output.resolve(name), BasicFileAttributes.class);
      states.put(name, List.of(attributes.fileKey(), attributes.lastModifiedTime()));
    }
    return states;
  }

  @Test
  void whatIsThereAndRightIsLeftAlone() throws IOException {
    BuildResult first = built(TREE);
    Map<String, List<Object>> before = states();

    BuildResult second = built(TREE);

    assertThat(second.outcome()).isEqualTo(Outcome.REUSED);
    assertThat(second.outputs()).isEqualTo(first.outputs());
    assertThat(states()).isEqualTo(before);

    Files.delete(file(".oci.tar"));
    BuildResult third = built(TREE);

    assertThat(third.outcome()).isEqualTo(Outcome.DONE);
    assertThat(third.outputs()).isEqualTo(first.outputs());
    Map<String, List<Object>> after = states();
    assertThat(after.remove(NAME + ".report.html"))
        .isNotEqualTo(before.remove(NAME + ".report.html"));
    assertThat(after.remove(NAME + ".oci.tar")).isNotEqualTo(before.remove(NAME + ".oci.tar"));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void whatSomebodyChangedIsWrittenAgainEvenIfItLooksTheSame() throws IOException {
    BuildResult first = built(TREE);
    for (BuildResult.OutputFile output : first.outputs()) {
      FileTime time = Files.getLastModifiedTime(output.file());
      byte[] bytes = Files.readAllBytes(output.file());
      bytes[bytes.length / 2] ^= 1;
      Files.write(output.file(), bytes);
      Files.setLastModifiedTime(output.file(), time);
    }

    BuildResult second = built(TREE);

    assertThat(second.outputs()).isEqualTo(first.outputs());
    for (BuildResult.OutputFile output : second.outputs()) {
      assertThat(Tarball.sha256(output.file())).isEqualTo(output.sha256());
    }
  }

  @Test
  void anotherStoreGivesTheSameFiles() throws IOException {
    List<String> first =
        built(TREE).outputs().stream().map(BuildResult.OutputFile::sha256).toList();

    BuildResult second =
        FFS.build(
            builds.request(
                TREE,
                b -> b.store(directory.resolve("other")).output(directory.resolve("other-out"))));

    assertThat(second.outputs().stream().map(BuildResult.OutputFile::sha256)).isEqualTo(first);
  }

  @Test
  void whatAKilledBuildLeftHalfWrittenIsRemoved() throws Exception {
    Process child =
        new ProcessBuilder(Jvm.command(EngineMain.class, builds.store, builds.output, "large"))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("child.log").toFile())
            .start();
    Path part = builds.output.resolve("." + NAME + ".part.tar.xz");
    while (!Files.exists(part)) {
      assertThat(child.isAlive()).as("it still builds").isTrue();
      TimeUnit.MILLISECONDS.sleep(1);
    }
    child.destroyForcibly().waitFor();
    assertThat(left()).contains(part.getFileName().toString());

    built(EngineMain.large());

    assertThat(left())
        .containsExactly(
            NAME + ".files.json",
            NAME + ".provenance.json",
            NAME + ".report.html",
            NAME + ".spdx.json",
            NAME + ".tar.xz");
  }

  @Test
  @SuppressWarnings("try") // The lock is held, not used.
  void aBuildWaitsForAnotherThatWritesTheSameFiles() throws Exception {
    Files.createDirectories(builds.output);
    CountDownLatch waiting = new CountDownLatch(1);
    BuildRequest request =
        builds.request(
            TREE,
            b ->
                b.listener(
                    event -> {
                      if (event.equals(new BuildEvent.OutputWaiting(builds.output))) {
                        waiting.countDown();
                      }
                    }));
    CompletableFuture<BuildResult> building;
    try (PathLock lock = PathLock.acquire(builds.output.resolve("." + NAME + ".lock"), () -> {})) {
      building = CompletableFuture.supplyAsync(() -> FFS.build(request));
      assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(left()).containsExactly("." + NAME + ".lock");
      lock.deleteFile();
    }

    assertThat(building.get(60, TimeUnit.SECONDS).succeeded()).isTrue();
    assertThat(left()).hasSize(7);
  }

  @Test
  @SuppressWarnings("try") // The lock is held, not used.
  void aBuildThatWaitsForAnotherCanBeCancelled() throws Exception {
    Files.createDirectories(builds.output);
    Cancellation cancellation = new Cancellation();
    CompletableFuture<BuildResult> building;
    try (PathLock lock = PathLock.acquire(builds.output.resolve("." + NAME + ".lock"), () -> {})) {
      building =
          CompletableFuture.supplyAsync(
              () ->
                  FFS.build(
                      builds.request(
                          TREE,
                          b ->
                              b.cancellation(cancellation)
                                  .listener(
                                      event -> {
                                        if (event instanceof BuildEvent.OutputWaiting) {
                                          cancellation.cancel();
                                        }
                                      }))));
      assertThat(building.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.CANCELLED);
      lock.deleteFile();
    }
    assertThat(builds.output).isEmptyDirectory();
  }

  @Test
  void aBuildThatPacksCanBeCancelled() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<BuildResult> building =
        CompletableFuture.supplyAsync(
            () -> FFS.build(builds.request(EngineMain.large(), b -> b.cancellation(cancellation))));
    Path part = builds.output.resolve("." + NAME + ".part.tar.xz");
    while (!Files.exists(part)) {
      assertThat(building).isNotDone();
      TimeUnit.MILLISECONDS.sleep(1);
    }
    cancellation.cancel();

    assertThat(building.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(builds.output).isEmptyDirectory();
  }

  @Test
  void thePageTellsHowTheBuildWentAndOnlyItsTimesDiffer() throws IOException {
    built(TREE);
    String first = Files.readString(file(".report.html"));

    assertThat(first)
        .contains("<h1>small for x86-64bit</h1>", "<p>2 steps, 0 of them reused, in ")
        .contains("<td>base/a<td", "<td>base/b<td", "<td>" + NAME + ".oci.tar<td")
        .doesNotContain("reused<td", "src=", "href=");

    Files.delete(file(".report.html"));
    built(TREE);
    assertThat(file(".report.html")).content().contains("2 steps, 2 of them reused", ">reused<td");

    FFS.build(builds.request(TREE, b -> b.store(directory.resolve("other"))));
    String times = "[0-9.]+( s|%)";
    assertThat(file(".report.html"))
        .content()
        .satisfies(
            again ->
                assertThat(again.replaceAll(times, "TIME"))
                    .isEqualTo(first.replaceAll(times, "TIME")));
  }

  // ---------------------------------------------------------------- where it comes from

  private Source source(String id, String license) throws Exception {
    Path tree = Files.createDirectories(directory.resolve(id + "-1.0"));
    Files.writeString(tree.resolve("file"), id);
    Path archive = directory.resolve(id + "-1.0.tar");
    String digest = Tarball.pack(archive, tree);
    return new Source(
        id,
        text("1.0"),
        text(license),
        List.of(
            new Archive(
                text("https://unreachable.invalid/first.tar"), text("0".repeat(64)), null, HERE),
            new Archive(text(archive.toUri().toString()), text(digest), text("true"), HERE),
            new Archive(
                text("mirror://gnu/" + id + "/" + id + "-1.0.orig.tar"), text(digest), null, HERE)),
        List.of(),
        null,
        HERE);
  }

  @Test
  void aSecondBuildLeavesWhatIsThereThoughTheFirstPlaceHadNothingToSend() throws Exception {
    Source there = source("lib", "MIT");
    Archive taken = there.archives().get(1);
    Archive gone =
        new Archive(
            text(directory.resolve("gone.tar").toUri().toString()), taken.sha256(), null, HERE);
    Recipe recipe =
        Builds.with(
            host(withSources(script("a", "cp file \"$FFS_SYSROOT/file\""), "lib")),
            new Source(
                "lib",
                there.version(),
                there.license(),
                List.of(gone, taken),
                List.of(),
                null,
                HERE));
    BuildResult first = built(recipe);
    Map<String, List<Object>> before = states();

    // The store has the bytes now, so the first archive that asks for them gets them.
    BuildResult second = built(recipe);

    assertThat(second.outputs()).isEqualTo(first.outputs());
    assertThat(states()).isEqualTo(before);
  }

  private Recipe withTwoSources() throws Exception {
    Recipe recipe =
        Builds.with(
            recipe(
                List.of(),
                "main",
                phase(
                    "tools",
                    Place.HOST,
                    "cross",
                    withSources(script("tool", "cp file \"$FFS_SYSROOT/tool\""), "tool")),
                phase(
                    "main",
                    Place.HOST,
                    "cross",
                    withSources(
                        script(
                            "first",
                            "mkdir \"$FFS_SYSROOT/etc\"; cp file \"$FFS_SYSROOT/etc/a\";"
                                + " ln \"$FFS_SYSROOT/etc/a\" \"$FFS_SYSROOT/etc/b\""),
                        "lib_x+"),
                    script(
                        "second",
                        "echo 2 >\"$FFS_SYSROOT/etc/c\"; ln -s c \"$FFS_SYSROOT/etc/d\"",
                        "first"))),
            source("tool", "MIT"),
            source("lib_x+", "GPL-2.0-only OR LicenseRef-own"));
    return Builds.with(
        recipe,
        Builds.output(
            List.of("main"),
            List.of(),
            List.of(directory("/proc", "0555")),
            List.of(owner("/etc/c", "7", "8", "0600"))));
  }

  @Test
  void eachFileIsTracedToItsStepAndSources() throws Exception {
    Recipe recipe = withTwoSources();
    built(recipe);

    JsonNode files = json(file(".files.json"));

    String digest = recipe.source("lib_x+").orElseThrow().archives().get(1).digest();
    assertThat(files.at("/steps/main~1first/sources/0").toString())
        .isEqualTo("{\"id\":\"lib_x+\",\"version\":\"1.0\",\"sha256\":\"" + digest + "\"}");
    assertThat(files.at("/steps/main~1second/sources")).isEmpty();
    assertThat(StreamSupport.stream(files.at("/files").spliterator(), false).map(Object::toString))
        .usingElementComparator(OutputsIT::compareJson)
        .containsExactly(
            "{'path':'/etc','kind':'directory','mode':'0755','user':0,'group':0,'step':'main/first'}",
            "{'path':'/etc/a','kind':'file','mode':'0644','user':0,'group':0,'size':6,'sha256':'X',"
                + "'step':'main/first'}",
            "{'path':'/etc/b','kind':'file','mode':'0644','user':0,'group':0,'size':6,'sha256':'X',"
                + "'sameAs':'/etc/a','step':'main/first'}",
            "{'path':'/etc/c','kind':'file','mode':'0600','user':7,'group':8,'size':2,'sha256':'Y',"
                + "'step':'main/second'}",
            "{'path':'/etc/d','kind':'link','user':0,'group':0,'target':'c','step':'main/second'}",
            "{'path':'/proc','kind':'directory','mode':'0555','user':0,'group':0,'step':null}");
  }

  private static int compareJson(String actual, String expected) {
    String wanted =
        expected.replace('\'', '"').replace("X", sha256("lib_x+")).replace("Y", sha256("2\n"));
    return actual.compareTo(wanted);
  }

  @Test
  void theSbomNamesTheSourcesOfWhatShipsAndNoOthers() throws Exception {
    Recipe recipe = withTwoSources();
    BuildResult result = built(recipe);

    JsonNode sbom = json(file(".spdx.json"));

    assertThat(sbom.at("/spdxVersion").asText()).isEqualTo("SPDX-2.3");
    assertThat(sbom.at("/dataLicense").asText()).isEqualTo("CC0-1.0");
    assertThat(sbom.at("/SPDXID").asText()).isEqualTo("SPDXRef-DOCUMENT");
    assertThat(sbom.at("/name").asText()).isEqualTo(NAME);
    assertThat(sbom.at("/documentNamespace").asText())
        .matches("https://spdx.org/spdxdocs/" + NAME + "-[0-9a-f]{64}");
    assertThat(sbom.at("/creationInfo/created").asText()).isEqualTo("1980-01-01T00:00:00Z");
    assertThat(sbom.at("/creationInfo/creators/0").asText()).startsWith("Tool: ffs");
    assertThat(sbom.at("/packages")).hasSize(2);
    assertThat(sbom.at("/packages/0/checksums/0/checksumValue").asText())
        .isEqualTo(result.outputs().get(0).sha256());
    assertThat(sbom.at("/packages/0/primaryPackagePurpose").asText()).isEqualTo("OPERATING_SYSTEM");
    JsonNode source = sbom.at("/packages/1");
    Archive taken = recipe.source("lib_x+").orElseThrow().archives().get(1);
    assertThat(source.at("/SPDXID").asText()).isEqualTo("SPDXRef-Source-lib-5fx-2b");
    assertThat(source.at("/name").asText()).isEqualTo("lib_x+");
    assertThat(source.at("/versionInfo").asText()).isEqualTo("1.0");
    assertThat(source.at("/downloadLocation").asText())
        .as("the same bytes, where anybody can get them")
        .isEqualTo("https://ftp.gnu.org/gnu/lib_x+/lib_x+-1.0.orig.tar");
    assertThat(source.at("/checksums/0/checksumValue").asText()).isEqualTo(taken.digest());
    assertThat(source.at("/licenseDeclared").asText()).isEqualTo("GPL-2.0-only OR LicenseRef-own");
    assertThat(source.at("/sourceInfo").asText())
        .isEqualTo(
            "built from "
                + taken.url()
                + "; upstream's archive is https://unreachable.invalid/first.tar"
                + "; prepared as the recipe says");
    assertThat(sbom.at("/hasExtractedLicensingInfos/0/licenseId").asText())
        .isEqualTo("LicenseRef-own");
    assertThat(
            StreamSupport.stream(sbom.at("/relationships").spliterator(), false)
                .map(
                    r ->
                        r.at("/spdxElementId").asText()
                            + " "
                            + r.at("/relationshipType").asText()
                            + " "
                            + r.at("/relatedSpdxElement").asText()))
        .containsExactly(
            "SPDXRef-DOCUMENT DESCRIBES SPDXRef-Image",
            "SPDXRef-Image GENERATED_FROM SPDXRef-Source-lib-5fx-2b");
    assertThat(file(".spdx.json")).content().doesNotContain("tool-1.0");
  }

  @Test
  void theProvenanceNamesWhatWasMadeAndAllSourcesOfTheBuild() throws Exception {
    BuildResult result = built(withTwoSources());

    JsonNode statement = json(file(".provenance.json"));

    assertThat(statement.at("/_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
    assertThat(statement.at("/predicateType").asText()).isEqualTo("https://slsa.dev/provenance/v1");
    List<String> subjects = new ArrayList<>();
    statement
        .at("/subject")
        .forEach(s -> subjects.add(s.at("/name").asText() + " " + s.at("/digest/sha256").asText()));
    assertThat(subjects)
        .containsExactlyElementsOf(
            result.outputs().subList(0, 3).stream()
                .map(o -> o.file().getFileName() + " " + o.sha256())
                .toList());
    JsonNode definition = statement.at("/predicate/buildDefinition");
    assertThat(definition.at("/externalParameters").toString())
        .isEqualTo(
            "{\"recipe\":\"small\",\"target\":\"x86-64bit\",\"triple\":\"x86_64-linux-musl\"}");
    JsonNode internal = definition.at("/internalParameters");
    assertThat(internal.at("/enclosure").asText()).isEqualTo("namespaces");
    assertThat(internal.has("hostCompiler")).as("no step uses it").isFalse();
    assertThat(internal.at("/keys").fieldNames())
        .toIterable()
        .containsExactly("main/first", "main/second", "tools/tool");
    assertThat(internal.at("/layers").fieldNames())
        .toIterable()
        .containsExactly("main/first", "main/second");
    List<String> materials = new ArrayList<>();
    definition
        .at("/resolvedDependencies")
        .forEach(m -> materials.add(m.at("/name").asText() + " " + m.at("/uri").asText()));
    assertThat(materials)
        .containsExactlyInAnyOrder(
            "tool-1.0 https://ftp.gnu.org/gnu/tool/tool-1.0.orig.tar",
            "lib_x+-1.0 https://ftp.gnu.org/gnu/lib_x+/lib_x+-1.0.orig.tar");
    assertThat(statement.at("/predicate/runDetails/builder/id").asText())
        .startsWith("urn:ffs:builder:ffs");
  }

  // ---------------------------------------------------------------- audit

  private static Recipe audited(Recipe recipe, String... except) {
    Output o = recipe.output();
    return Builds.with(
        recipe,
        new Output(
            o.phases(),
            o.formats(),
            o.exclude(),
            o.directories(),
            o.owners(),
            new Output.Audit(texts("none"), texts("/tools"), texts(except), HERE),
            o.origin()));
  }

  @Test
  void anOutputThatTheAuditRefusesIsNotWritten() throws Exception {
    Recipe bad =
        host(
            script(
                "a",
                "mkdir \"$FFS_SYSROOT/etc\"; echo /tools/bin /build/a >\"$FFS_SYSROOT/etc/x\";"
                    + " ln -s /gone \"$FFS_SYSROOT/y\""));
    List<String> expected =
        List.of(
            "/etc/x: names /tools/bin, /build/a, of the build",
            "/y: points to /gone, which does not exist");

    for (int i = 0; i < 2; i++) {
      BuildResult result = builds.build(audited(bad));

      assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(result.failures()).isEmpty();
      assertThat(result.findings()).extracting(Object::toString).isEqualTo(expected);
      assertThat(builds.events).contains(new BuildEvent.OutputAudited(2, expected));
      assertThat(builds.output).isEmptyDirectory();
    }
    BuildResult result = built(audited(bad, "/etc/x", "/y"));
    assertThat(result.steps()).allMatch(step -> step.outcome() == Outcome.REUSED);
    assertThat(builds.events).contains(new BuildEvent.OutputAudited(0, List.of()));
    built(audited(bad, "/etc/x", "/y"));
    assertThat(builds.events).noneMatch(BuildEvent.OutputAudited.class::isInstance);
  }

  @Test
  void whatWasBuiltIsAuditedAsATarballAndAsADirectory() throws Exception {
    Recipe recipe =
        host(script("a", "cd \"$FFS_SYSROOT\"; echo /build/a >x; ln x y; ln -s /no/where z; : >e"));
    built(recipe);
    Path root = Files.createDirectory(directory.resolve("root"));
    run("tar", "-xf", file(".tar.xz").toString(), "-C", root.toString());
    run("sh", "-c", "xz -dc out/*.tar.xz >plain.tar; gzip -k plain.tar");

    for (Path place :
        List.of(
            file(".tar.xz"),
            directory.resolve("plain.tar"),
            directory.resolve("plain.tar.gz"),
            root)) {
      assertThat(FFS.audit(recipe, Builds.TARGET, place).findings())
          .as(place.toString())
          .extracting(Object::toString)
          .containsExactly(
              "/x: names /build/a, of the build", "/z: points to /no/where, which does not exist");
      assertThat(FFS.audit(recipe, Builds.TARGET, place).files()).isEqualTo(4);
    }
    assertThatThrownBy(() -> FFS.audit(recipe, Builds.TARGET, directory.resolve("child.log")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("child.log");
    Files.writeString(directory.resolve("not.tar.xz"), "text", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> FFS.audit(recipe, Builds.TARGET, directory.resolve("not.tar.xz")))
        .isInstanceOf(IOException.class);
  }
}
