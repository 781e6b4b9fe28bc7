package dev.ffs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.fixtures.Tools;
import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import dev.ffs.store.StoreMaintenance.Amount;
import dev.ffs.store.StoreMaintenance.Contents;
import dev.ffs.store.StoreMaintenance.Pruned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreMaintenanceTest {

  private static final Instant TIME = Instant.ofEpochSecond(1);
  private static final OptionalInt ALL = OptionalInt.empty();
  private static final OptionalLong ANY = OptionalLong.empty();

  @TempDir Path directory;
  private Path root;
  private LayerStore store;
  private StoreMaintenance maintenance;

  @BeforeEach
  void open() throws IOException {
    root = directory.toRealPath().resolve("store");
    store = LayerStore.open(root);
    maintenance = StoreMaintenance.of(store);
  }

  @AfterEach
  void remove() throws IOException {
    Trees.remove(root);
  }

  private static StepKey key(String script) {
    return new StepKey(new TreeMap<>(Map.of("script", StepKey.sha256(script))));
  }

  private static StepId step(String name) {
    return new StepId("tools", name);
  }

  /** Runs a step whose script is its key, as a build does. */
  private Layer make(BuildRecord record, String step, String script) throws Exception {
    Optional<Layer> known = record.reuse(step(step), key(script), damage -> {});
    if (known.isPresent()) {
      return known.get();
    }
    try (Workspace workspace = store.begin()) {
      Tools.Result result =
          Tools.run(
              workspace.upper(),
              "bash",
              "-euc",
              script + "\nfind . -mindepth 1 -exec touch -h -d @1 {} +");
      assertThat(result.code()).as(result.output()).isZero();
      return record.commit(step(step), key(script), OptionalInt.of(2), List.of(script), workspace);
    }
  }

  /** A build with one step, {@code tools/a}. */
  private Layer build(String build, String script) throws Exception {
    try (BuildRecord record = store.record(build, TIME)) {
      Layer layer = make(record, "a", script);
      record.complete();
      return layer;
    }
  }

  /** A build that failed after its first step. */
  private Layer failedBuild(String build, String script) throws Exception {
    try (BuildRecord record = store.record(build, TIME)) {
      return make(record, "a", script);
    }
  }

  private Path archive(String content) throws IOException {
    Path home = root.resolve("sources").resolve(StepKey.sha256(content));
    return Files.writeString(Files.createDirectories(home).resolve("a.tar"), content);
  }

  private static String file(int bytes, String name) {
    return "head -c %d /dev/zero >%s".formatted(bytes, name);
  }

  // What there is

  @Test
  void anEmptyStoreHoldsNothing() {
    Amount none = new Amount(0, 0);

    assertThat(maintenance.list()).isEqualTo(new Contents(List.of(), none, none, none, none));
    assertThat(maintenance.verify(false)).isEmpty();
  }

  @Test
  void buildsAreListedWithWhatTheyUse() throws Exception {
    build("tiny-x", file(1000, "a"));
    build("tiny-x", file(2000, "b"));
    build("tiny-x", file(2000, "b"));
    store.commit(key("nobody"), withFile("unused", 30));
    archive("12345");

    Contents contents = maintenance.list();

    assertThat(contents.builds()).hasSize(1);
    assertThat(contents.builds().get(0).build()).isEqualTo("tiny-x");
    assertThat(contents.builds().get(0).records()).as("two different ones").isEqualTo(2);
    assertThat(contents.builds().get(0).steps()).isEqualTo(1);
    assertThat(contents.builds().get(0).bytes()).isEqualTo(2000);
    assertThat(contents.builds().get(0).running()).isFalse();
    assertThat(contents.layers()).isEqualTo(new Amount(3, 3030));
    assertThat(contents.unused()).isEqualTo(new Amount(1, 30));
    assertThat(contents.sources()).isEqualTo(new Amount(1, 5));
  }

  private Workspace withFile(String name, int bytes) throws IOException {
    Workspace workspace = store.begin();
    Files.write(workspace.upper().resolve(name), new byte[bytes]);
    return workspace;
  }

  @Test
  @Timeout(60)
  void buildsNeedNotWaitWhileSizesAreMeasured() throws Exception {
    Path archive = archive("12345");
    CompletableFuture<Contents> contents = new CompletableFuture<>();
    Thread lister =
        new Thread(
            () -> {
              try {
                contents.complete(maintenance.list());
              } catch (StoreException e) {
                contents.completeExceptionally(e);
              }
            });

    store.guarded(
        () -> {
          lister.start();
          while (lister.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          // All that it still has to do is cheap.
          Files.writeString(archive, "");
          return archive;
        });

    assertThat(contents.get().sources()).isEqualTo(new Amount(1, 5));
  }

  @Test
  void theRecordOfABuildOutlivesIt() throws Exception {
    build("tiny-x", "touch one");
    try (BuildRecord record = store.record("tiny-x", TIME)) {
      make(record, "a", "touch two");
      assertThat(maintenance.list().builds().get(0).running()).isTrue();
    }
    // One that ended before this step.
    try (BuildRecord record = store.record("tiny-x", TIME)) {
      make(record, "b", "touch three");
    }

    LayerStore again = LayerStore.open(root);
    assertThat(again.lastKey("tiny-x", step("a"))).contains(key("touch two").digest());
    assertThat(again.lastKey("tiny-x", step("b"))).contains(key("touch three").digest());
    assertThat(again.lastKey("tiny-x", step("c"))).isEmpty();
    assertThat(again.lastKey("tiny-y", step("a"))).isEmpty();
    assertThat(again.inputs(key("touch two").digest())).contains(key("touch two").inputs());
    assertThat(again.text(StepKey.sha256("touch two"))).contains("touch two");
    assertThat(again.text(StepKey.sha256("touch four"))).isEmpty();
  }

  // What is damaged

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          printf aXc >a; touch -d @1 a | /a has another content
          printf abc >>a      | /a has 6 bytes instead of 3
          : >a                | /a has 0 bytes instead of 3
          rm a                | /a is gone
          touch .extra        | /.extra does not belong to it
          mkdir d/more        | /d/more does not belong to it
          rm link; ln -s b link | /link leads elsewhere
          rm link; touch link | /link is of another kind
          chmod 600 a         | /a has other permissions
          rm b; cp a b        | /b is not the same file as /a
          rm -r d             | /d is gone
          """)
  void damageOfATreeIsFoundAndRepaired(String damage, String message) throws Exception {
    String script = "umask 022; printf abc >a; ln a b; mkdir d; ln -s a link";
    Layer layer = build("tiny-x", script);
    assertThat(maintenance.verify(false)).isEmpty();

    Tools.Result result = Tools.run(layer.tree(), "bash", "-euc", damage);
    assertThat(result.code()).as(result.output()).isZero();

    String found = "layer " + layer.digest() + " is damaged: " + message;
    assertThat(maintenance.verify(false)).containsExactly(found);
    assertThat(maintenance.verify(true))
        .containsExactly(
            found,
            "key "
                + key(script).digest()
                + " leads to layer "
                + layer.digest()
                + ", which is gone");
    assertThat(maintenance.verify(true)).isEmpty();
    assertThat(build("tiny-x", script)).isEqualTo(layer);
    assertThat(maintenance.verify(false)).isEmpty();
  }

  @Test
  void whoUsesALayerNoticesWhatWasDoneToIt() throws Exception {
    Layer layer = build("tiny-x", "printf abc >a");
    try (BuildRecord record = store.record("tiny-x", TIME)) {
      assertThat(record.damage(layer)).isEmpty();
    }
    Files.writeString(layer.tree().resolve("a"), "abd");

    try (BuildRecord record = store.record("tiny-x", TIME)) {
      assertThat(record.damage(layer))
          .contains("layer " + layer.digest() + " is damaged: /a has another content");
      record.discard(layer);
      assertThat(make(record, "a", "printf abc >a")).isEqualTo(layer);
      assertThat(record.damage(layer)).isEmpty();
    }
  }

  @Test
  void aFileThatWasOnlyTouchedIsNotDamaged() throws Exception {
    Layer layer = build("tiny-x", "printf abc >a");
    Files.setLastModifiedTime(layer.tree().resolve("a"), FileTime.fromMillis(0));

    try (BuildRecord record = store.record("tiny-x", TIME)) {
      assertThat(record.damage(layer)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "ar-EG", "hi-IN-u-nu-deva"})
  void numbersOfRecordsAreReadAgainWhateverDigitsTheUsersLanguageHas(String language)
      throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      build("tiny-x", "touch one");
      try (BuildRecord record = store.record("tiny-x", TIME)) {
        Layer used = make(record, "a", "touch two");

        maintenance.prune(OptionalInt.of(0), ANY, false);

        assertThat(used.tree()).exists();
        assertThat(maintenance.verify(false)).isEmpty();
      }
      assertThat(root.resolve("builds/tiny-x/00000002")).exists();
      assertThat(maintenance.list().builds()).hasSize(1);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aDamagedKeyIsToldAndRepaired() throws Exception {
    Layer layer = build("tiny-x", "touch a");
    Path file = root.resolve("keys").resolve(key("touch a").digest());
    Files.writeString(file, layer.digest() + "\nscript\tanother one\n");
    String damage =
        "key " + key("touch a").digest() + " is damaged: its content is not what was written";

    assertThat(maintenance.verify(false)).containsExactly(damage);
    List<String> told = new ArrayList<>();
    try (BuildRecord record = store.record("tiny-x", TIME)) {
      assertThat(record.reuse(step("a"), key("touch a"), told::add)).isEmpty();
    }
    assertThat(told).containsExactly(damage);
    assertThat(maintenance.verify(true)).containsExactly(damage);
    assertThat(file).doesNotExist();
  }

  @Test
  void aDamagedTextIsFoundAndWrittenAgain() throws Exception {
    build("tiny-x", "touch a");
    Path file = root.resolve("texts").resolve(StepKey.sha256("touch a"));
    Files.writeString(file, "touch b");
    String damage =
        "texts/" + file.getFileName() + " is damaged: its content is not what was written";

    assertThat(maintenance.verify(false)).containsExactly(damage);
    assertThat(maintenance.verify(true)).containsExactly(damage);
    assertThat(maintenance.verify(false)).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void whileARecordIsDamagedNothingIsPruned() throws Exception {
    Layer layer = build("tiny-x", "touch a");
    Path file = root.resolve("builds/tiny-x/00000001");
    String sound = Files.readString(file);
    // The record seems to name another layer.
    char digit = layer.digest().charAt(0) == '0' ? '1' : '0';
    String changed = digit + layer.digest().substring(1);
    Files.writeString(file, sound.replace(layer.digest(), changed));

    assertThat(maintenance.verify(false))
        .containsExactly(
            "record builds/tiny-x/00000001 is damaged: its content is not what was written");
    assertThatThrownBy(() -> maintenance.prune(OptionalInt.of(1), ANY, false))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "record builds/tiny-x/00000001 is damaged, so it cannot be told what that build needs,"
                + " and nothing is removed; 'store verify --repair' removes the record");
    assertThat(layer.tree()).exists();

    assertThat(maintenance.verify(true)).hasSize(1);
    assertThat(maintenance.verify(false)).isEmpty();
    assertThat(maintenance.prune(OptionalInt.of(1), ANY, false).layers().count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "step\ttools/a\tone\ttwo\n", "complete\nsum\tnone\n"})
  void whatIsLeftOfARecordIsNoRecord(String text) throws Exception {
    build("tiny-x", "touch a");
    Files.writeString(root.resolve("builds/tiny-x/00000001"), text);

    assertThat(maintenance.verify(false)).hasSize(1);
  }

  @Test
  void aDamagedArchiveIsFoundAndRemoved() throws Exception {
    Path good = archive("good");
    Path bad = Files.writeString(archive("bad"), "other");
    String damage =
        "archive %s has not the digest %s"
            .formatted(bad.getParent().relativize(bad), StepKey.sha256("bad"));

    assertThat(maintenance.verify(false)).containsExactly(damage);
    assertThat(maintenance.verify(true)).containsExactly(damage);
    assertThat(bad).doesNotExist();
    assertThat(good).exists();
  }

  @Test
  void whatDoesNotBelongToTheStoreIsNamed() throws Exception {
    Files.createDirectory(root.resolve("layers/strange"));
    Files.createDirectory(root.resolve("sources/odd"));

    assertThat(maintenance.verify(true))
        .containsExactly(
            "layers/strange does not belong to the store",
            "sources/odd does not belong to the store");
    assertThat(maintenance.verify(false)).isEmpty();
  }

  // What goes

  @Test
  void onlyTheLastBuildsOfEachNameStay() throws Exception {
    Layer old = build("tiny-x", file(1000, "old"));
    Layer shared = build("tiny-x", file(1, "shared"));
    Layer now = build("tiny-x", file(2, "now"));
    Layer other = build("tiny-y", file(3, "other"));
    build("tiny-y", file(1, "shared"));
    build("tiny-y", file(3, "other"));
    String oldKey = key(file(1000, "old")).digest();

    Pruned told = maintenance.prune(OptionalInt.of(2), ANY, true);
    assertThat(old.tree()).as("a dry run").exists();
    Pruned pruned = maintenance.prune(OptionalInt.of(2), ANY, false);

    assertThat(pruned).isEqualTo(told);
    assertThat(pruned.layers()).isEqualTo(new Amount(1, 1000));
    assertThat(pruned.records()).isEqualTo(2);
    assertThat(pruned.left()).isEqualTo(6);
    assertThat(old.tree()).doesNotExist();
    assertThat(root.resolve("keys").resolve(oldKey)).doesNotExist();
    assertThat(store.text(StepKey.sha256(file(1000, "old")))).isEmpty();
    for (Layer layer : List.of(shared, now, other)) {
      assertThat(layer.tree()).exists();
    }
    assertThat(maintenance.verify(false)).isEmpty();
    assertThat(Files.list(root.resolve("running"))).isEmpty();
  }

  @Test
  void aBuildThatDidNotComeToItsEndIsNoneOfThoseThatStay() throws Exception {
    Layer old = build("tiny-x", "touch old");
    Layer abandoned = failedBuild("tiny-x", "touch abandoned");
    Layer good = build("tiny-x", "touch good");
    List<Layer> tries =
        List.of(failedBuild("tiny-x", "touch try1"), failedBuild("tiny-x", "touch try2"));

    maintenance.prune(OptionalInt.of(1), ANY, false);

    assertThat(good.tree()).as("the last one that came to its end").exists();
    assertThat(tries).allSatisfy(layer -> assertThat(layer.tree()).exists());
    assertThat(old.tree()).doesNotExist();
    assertThat(abandoned.tree()).doesNotExist();

    maintenance.prune(OptionalInt.of(0), ANY, false);
    assertThat(maintenance.list().layers().count()).isZero();
  }

  @Test
  void aBuildThatWasStoppedWhenAllWasThereIsAsGoodAsTheOneBeforeIt() throws Exception {
    Layer good = build("tiny-x", "touch good");
    failedBuild("tiny-x", "touch good");
    failedBuild("tiny-x", "touch other");
    assertThat(maintenance.list().builds().get(0).records()).isEqualTo(2);

    build("tiny-x", "touch third");
    maintenance.prune(OptionalInt.of(2), ANY, false);

    assertThat(good.tree()).exists();
  }

  @Test
  void whatARunningBuildUsesStaysAndSoDoesTheBuildBeforeIt() throws Exception {
    Layer before = build("tiny-x", "touch before");
    try (BuildRecord record = store.record("tiny-x", TIME)) {
      Layer used = make(record, "a", "touch used");

      maintenance.prune(OptionalInt.of(1), ANY, false);
      assertThat(before.tree()).exists();
      maintenance.prune(OptionalInt.of(0), OptionalLong.of(0), false);

      assertThat(before.tree()).doesNotExist();
      assertThat(used.tree()).exists();
    }
    maintenance.prune(OptionalInt.of(0), ANY, false);
    assertThat(maintenance.list().layers().count()).isZero();
  }

  @Test
  void whatNoRecordNamesGoesButNotWhatLiesBelowAFailedStep() throws Exception {
    Layer unused = store.commit(key("u"), withFile("unused", 1));
    Layer below = store.commit(key("b"), withFile("below", 1));
    Workspace failed = store.begin();
    Files.createSymbolicLink(
        Files.createDirectory(failed.directory().resolve("layers")).resolve("1"), below.tree());
    Path kept = store.keepFailed("tiny-x", "tools/b", failed).orElseThrow();
    failed.close();

    Pruned pruned = maintenance.prune(OptionalInt.of(1), ANY, false);

    assertThat(pruned.layers()).isEqualTo(new Amount(1, 1));
    assertThat(unused.tree()).doesNotExist();
    assertThat(below.tree()).exists();
    assertThat(kept).exists();
  }

  @Test
  void aTreeThatSomebodyIsInStaysAndWhatLiesBelowIt() throws Exception {
    Layer below = store.commit(key("b"), withFile("below", 1000));
    Workspace failed = store.begin();
    Files.createSymbolicLink(
        Files.createDirectory(failed.directory().resolve("layers")).resolve("1"), below.tree());
    store.keepFailed("tiny-x", "tools/b", failed);
    failed.close();

    try (FailedTree tree = store.enterFailed("tiny-x", "tools/b").orElseThrow()) {
      maintenance.prune(OptionalInt.of(0), OptionalLong.of(0), false);

      assertThat(tree.directory()).exists();
      assertThat(below.tree()).exists();
    }
    maintenance.prune(OptionalInt.of(0), OptionalLong.of(0), false);
    assertThat(store.failed("tiny-x", "tools/b")).doesNotExist();
    assertThat(below.tree()).doesNotExist();
  }

  @Test
  void whoOnlyUsesTheStoreLeavesNoRecord() throws Exception {
    Layer layer = build("tiny-x", "touch a");
    maintenance.prune(OptionalInt.of(1), ANY, false);

    try (BuildRecord use = store.use("tiny-x", TIME)) {
      assertThat(use.reuse(step("a"), key("touch a"), damage -> {})).contains(layer);
      maintenance.prune(OptionalInt.of(0), ANY, false);
      assertThat(layer.tree()).exists();
    }
    maintenance.prune(OptionalInt.of(0), ANY, false);
    assertThat(layer.tree()).doesNotExist();
    assertThat(maintenance.list().builds()).isEmpty();
  }

  @Test
  void aStoreThatIsTooLargeLosesTheOldestFirst() throws Exception {
    Path used = archive("used");
    Path unused = archive("not used");
    Layer first = build("tiny-x", file(1000, "first"));
    Layer second;
    try (BuildRecord record = store.record("tiny-y", TIME)) {
      second = make(record, "a", file(1001, "second"));
      record.useSources(List.of(StepKey.sha256("used")));
    }
    for (String build : List.of("tiny-x", "tiny-y")) {
      // In this order, whatever the clock did meanwhile.
      Files.setLastModifiedTime(
          root.resolve("builds").resolve(build).resolve("00000001"),
          FileTime.fromMillis(build.endsWith("x") ? 1000 : 2000));
    }

    assertThat(maintenance.prune(ALL, OptionalLong.of(5000), false).left()).isEqualTo(2013);
    assertThat(unused).exists();
    assertThat(maintenance.prune(ALL, OptionalLong.of(2005), false).left()).isEqualTo(2005);
    assertThat(unused).doesNotExist();
    assertThat(used).exists();
    assertThat(first.tree()).exists();
    assertThat(maintenance.prune(ALL, OptionalLong.of(2004), false).left()).isEqualTo(1005);
    assertThat(first.tree()).doesNotExist();
    assertThat(second.tree()).exists();
    assertThat(maintenance.prune(ALL, OptionalLong.of(0), false).left()).isZero();
  }
}
