package dev.ffs.engine;

import static dev.ffs.engine.Builds.FFS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildEvent.Outcome;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import dev.ffs.plan.StepId;
import dev.ffs.store.CrashPoints;
import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreException;
import dev.ffs.store.StoreMaintenance;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to a build or to its store, it ends with the right tarball or a clear error, and
 * the next build is right.
 *
 * <p>The short form runs with all tests. {@code mvn -B -pl ffs-core test -Dtest=CrashIT
 * -Dffs.crash.rounds=200} is the long one, whose figures stand in docs/reliability.md.
 */
@Timeout(600)
class CrashIT {

  private static final int SIGKILL = 128 + 9;

  /** How many random kills, and how many faults of each kind of file and damage. */
  private static final int ROUNDS = Integer.getInteger("ffs.crash.rounds", 6);

  private static final long SEED = Long.getLong("ffs.crash.seed", 20261124);

  @TempDir Path directory;
  private Path store;
  private final List<Process> children = new ArrayList<>();

  @BeforeEach
  void setUp() throws Exception {
    Builds.requireEnclosure();
    Tools.require("busybox");
    store = directory.toRealPath().resolve("store");
  }

  @AfterEach
  void endChildren() throws Exception {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
  }

  private Process start(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    children.add(process);
    return process;
  }

  private Process child(String mode, String point, int count) throws IOException {
    return start(
        Jvm.command(CrashMain.class, mode, store, directory.resolve("out-child"), point, count));
  }

  private static List<String> linesOf(Process process) throws Exception {
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text.lines().toList();
  }

  // The same for all builds of this test's JVM.
  private static String right;

  /** The digest of an undisturbed build. */
  private static synchronized String right(String mode) throws Exception {
    if (!mode.equals("normal")) {
      return undisturbed(mode);
    }
    if (right == null) {
      right = undisturbed(mode);
    }
    return right;
  }

  private static String undisturbed(String mode) throws Exception {
    Path elsewhere = Files.createTempDirectory("ffs-crash");
    try {
      Builds builds = new Builds(elsewhere);
      return builds.build(CrashMain.recipe(mode)).outputs().get(0).sha256();
    } finally {
      Tools.run(elsewhere, "rm", "-rf", elsewhere.toString());
    }
  }

  /** Builds in this process, checks all that must hold afterwards, and says which steps ran. */
  private Set<String> nextBuildIsRight(String mode) throws Exception {
    List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
    Builds builds = new Builds(directory);
    BuildResult result =
        FFS.build(builds.request(CrashMain.recipe(mode), b -> b.listener(events::add)));
    assertThat(result.failures()).isEmpty();
    assertThat(result.outputs().get(0).sha256()).isEqualTo(right(mode));
    nothingIsLeftBehind();
    return result.steps().stream()
        .filter(step -> step.outcome() == Outcome.DONE)
        .map(step -> step.step().toString())
        .collect(Collectors.toSet());
  }

  private void nothingIsLeftBehind() throws Exception {
    Builds.awaitNoProcess(store.toString() + "/running");
    assertThat(StoreMaintenance.of(LayerStore.open(store)).verify(false)).isEmpty();
    try (Stream<Path> files = Files.walk(store)) {
      assertThat(files.map(Path::toString))
          .noneMatch(path -> path.contains("/running/"))
          .noneMatch(path -> path.contains("/.part"))
          .noneMatch(path -> path.endsWith(".lock") && path.contains("/builds/"))
          .noneMatch(path -> path.contains("/locks/"));
    }
  }

  // Killed at a point

  /** How often a build was killed at each point. */
  private static final Map<String, Integer> KILLS = new TreeMap<>();

  /** At which a build is killed; docs/reliability.md names them. */
  private static final List<Class<? extends BuildEvent>> EVENTS =
      List.of(
          BuildEvent.BuildStarted.class,
          BuildEvent.StepStarted.class,
          BuildEvent.StepOutput.class,
          BuildEvent.StepFinished.class,
          BuildEvent.PhaseFinished.class,
          BuildEvent.OutputWritten.class,
          BuildEvent.BuildFinished.class);

  /** Those that these builds do not come by: no source, no check, nobody else, nowhere else. */
  private static final List<Class<? extends BuildEvent>> OTHER_EVENTS =
      List.of(
          BuildEvent.SourceProgress.class,
          BuildEvent.SourceAttemptFailed.class,
          BuildEvent.SourceReady.class,
          BuildEvent.CheckStarted.class,
          BuildEvent.BuildWaiting.class,
          BuildEvent.FailedTreeElsewhere.class,
          BuildEvent.OutputWaiting.class,
          BuildEvent.OutputAudited.class,
          BuildEvent.SnapshotTaken.class,
          BuildEvent.SnapshotFailed.class,
          BuildEvent.StepWaiting.class,
          BuildEvent.StoreDamaged.class);

  @Test
  void whoAddsAnEventDecidesWhetherBuildsAreKilledThere() {
    assertThat(Stream.concat(EVENTS.stream(), OTHER_EVENTS.stream()).map(Class::getName))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(BuildEvent.class.getPermittedSubclasses()).map(Class::getName).toList());
  }

  static List<String> points() {
    List<String> points = new ArrayList<>(CrashPoints.names());
    // Those that an undisturbed build does not come by have tests of their own.
    points.removeAll(
        List.of("FAILED_TREE_KEPT", "DAMAGED_LAYER_ASIDE", "KEYS_PRUNED", "LAYERS_PRUNED"));
    EVENTS.forEach(event -> points.add("event " + event.getSimpleName()));
    for (String command : List.of("mkfifo", "run", "keep")) {
      points.add("before " + command);
      points.add("after " + command);
    }
    return points;
  }

  @ParameterizedTest
  @MethodSource("points")
  void killedAtEachPoint(String point) throws Exception {
    int kills = 0;
    // The second time at a step in the middle.
    for (int count : ROUNDS > 10 ? new int[] {1, 2, 3, 4} : new int[] {1, 3}) {
      Process child = child("normal", point, count);
      List<String> lines = linesOf(child);
      if (count == 1) {
        assertThat(child.exitValue()).as(String.join("\n", lines)).isEqualTo(SIGKILL);
      }
      // What occurs only once kills nobody later on.
      kills += child.exitValue() == SIGKILL ? 1 : 0;
      Set<String> finished = finished(lines);

      Set<String> ran = nextBuildIsRight("normal");

      assertThat(ran).as("and not %s again", finished).noneMatch(finished::contains);
      Tools.run(directory, "rm", "-rf", store.toString());
    }
    KILLS.put(point, kills);
  }

  @AfterAll
  static void tellTheKills() {
    if (!KILLS.isEmpty()) {
      int all = KILLS.values().stream().mapToInt(Integer::intValue).sum();
      System.out.println("kills at " + KILLS.size() + " points: " + all + ", " + KILLS);
    }
  }

  /** The steps that a child said it had finished. */
  private static Set<String> finished(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("finished "))
        .map(line -> line.split(" ", -1)[1])
        .collect(Collectors.toSet());
  }

  @Test
  void killedWhileAFailedTreeIsKept() throws Exception {
    Process child = child("failing", "FAILED_TREE_KEPT", 1);
    linesOf(child);
    assertThat(child.exitValue()).isEqualTo(SIGKILL);

    assertThat(nextBuildIsRight("normal")).containsExactly("third/third");
  }

  @Test
  void killedWhileADamagedLayerIsRemoved() throws Exception {
    nextBuildIsRight("normal");
    damageALayer();

    Process child = child("normal", "DAMAGED_LAYER_ASIDE", 1);
    linesOf(child);
    assertThat(child.exitValue()).isEqualTo(SIGKILL);

    assertThat(nextBuildIsRight("normal")).hasSize(1);
  }

  private void damageALayer() throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve("layers"))) {
      Path file =
          files.filter(path -> path.toString().endsWith("/tree/c")).findFirst().orElseThrow();
      Files.writeString(file, "damaged");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"KEYS_PRUNED", "LAYERS_PRUNED"})
  void killedWhilePruning(String point) throws Exception {
    nextBuildIsRight("normal");

    Process child = child("prune", point, 1);
    linesOf(child);
    assertThat(child.exitValue()).isEqualTo(SIGKILL);

    assertThat(nextBuildIsRight("normal")).hasSize(4);
  }

  @Test
  void killedAtRandomAgainAndAgain() throws Exception {
    Random random = new Random(SEED);
    System.out.println("random kills: " + ROUNDS + ", seed " + SEED);
    int killed = 0;
    Set<String> finished = new TreeSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      Process child = child("normal", "none", 1);
      boolean ended = child.waitFor(300 + random.nextInt(1700), TimeUnit.MILLISECONDS);
      // Not by way of the process, which would close its output, too.
      child.toHandle().destroyForcibly();
      List<String> lines = linesOf(child);
      // What was finished is never done again.
      assertThat(lines)
          .as("and not %s again", finished)
          .noneMatch(line -> line.endsWith(" DONE") && finished.contains(line.split(" ", -1)[1]));
      finished.addAll(finished(lines));
      killed += ended ? 0 : 1;
      if (ended || round % 3 == 2) {
        nextBuildIsRight("normal");
        Tools.run(directory, "rm", "-rf", store.toString());
        finished.clear();
      }
    }
    nextBuildIsRight("normal");
    assertThat(killed).isPositive();
  }

  // No room

  /** A store of 2 MB of which more or less is taken; then there is room again. */
  @ParameterizedTest
  @ValueSource(ints = {0, 700, 1000, 1200, 1300, 1400, 1600, 1800, 1900, 1960, 2000, 2030, 2044})
  void aFullDiskIsNamedAndWithRoomItGoesOn(int fillerKilobytes) throws Exception {
    Files.createDirectories(store);
    List<String> jvm =
        Jvm.command(CrashMain.class, "small", store, directory.resolve("out"), "none", 1);
    String script =
        """
        mount -t tmpfs -o size=2m,mode=0755 ffs "$1"
        head -c %dK /dev/zero >"$1/filler"
        shift
        echo begun
        "$@" </dev/null
        echo again
        rm "$0/filler"
        mount -o remount,size=64m "$0"
        "$@" </dev/null
        echo left
        find "$0/running" "$0/locks" -mindepth 1
        find "$0" -name '.part*'
        """
            .formatted(fillerKilobytes);
    List<String> command = new ArrayList<>(List.of("unshare", "-Urm", "bash", "-c", script));
    command.add(store.toString());
    command.add(store.toString());
    command.addAll(jvm);
    List<String> lines = linesOf(start(command));
    String all = String.join("\n", lines);

    assertThat(lines).as(all).contains("begun", "again", "left");
    List<String> full = lines.subList(lines.indexOf("begun"), lines.indexOf("again"));
    List<String> after = lines.subList(lines.indexOf("again"), lines.indexOf("left"));
    String sha256 = "sha256 " + right("small");
    if (!full.contains(sha256)) {
      assertThat(full)
          .as(all)
          .anyMatch(
              line ->
                  (line.startsWith("error StoreException: ") || line.startsWith("failed "))
                      && line.contains("No space left on device"));
    }
    assertThat(after).as(all).contains(sha256);
    assertThat(lines.subList(lines.indexOf("left") + 1, lines.size())).isEmpty();
  }

  // Damage

  private enum Damage {
    FLIP,
    /** A disk that changes bits without a trace. */
    SILENT_FLIP,
    TRUNCATE,
    APPEND,
    REMOVE,
    DIRECTORY
  }

  @Test
  void whateverFileOfTheStoreIsDamagedTheTarballIsRight() throws Exception {
    nextBuildIsRight("normal");
    Path good = directory.resolve("good");
    Files.move(store, good);
    Random random = new Random(SEED);
    List<String> cases = new ArrayList<>();
    for (List<Path> ofOneKind : byKind(good)) {
      for (Damage damage : Damage.values()) {
        Collections.shuffle(ofOneKind, random);
        for (Path file :
            ofOneKind.subList(0, Math.min(ofOneKind.size(), Math.max(1, ROUNDS / 6)))) {
          cases.add(damage + " " + good.relativize(file));
          Tools.run(directory, "rm", "-rf", store.toString(), directory.resolve("out").toString());
          Tools.run(directory, "cp", "-a", good.toString(), store.toString());
          damage(store.resolve(good.relativize(file)), damage, random);
          rightOrAClearErrorAndThenRight(damage + " of ", store.resolve(good.relativize(file)));
        }
      }
    }
    System.out.println("faults in files of the store: " + cases.size() + ", seed " + SEED);
  }

  /** Files by the directory of the store, and of layers also by what they are. */
  private static List<List<Path>> byKind(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return new ArrayList<>(
          files
              .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .collect(
                  Collectors.groupingBy(
                      path -> {
                        Path inside = store.relativize(path);
                        boolean tree = inside.getNameCount() > 2 && inside.startsWith("layers");
                        return inside.getName(0) + (tree ? "/" + inside.getName(2) : "");
                      },
                      TreeMap::new,
                      Collectors.toList()))
              .values());
    }
  }

  private static void damage(Path file, Damage damage, Random random) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    FileTime time = Files.getLastModifiedTime(file);
    switch (damage) {
      case FLIP, SILENT_FLIP -> {
        if (bytes.length == 0) {
          return;
        }
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Tools.run(file.getParent(), "chmod", "u+w", file.toString());
        Files.write(file, bytes);
        if (damage == Damage.SILENT_FLIP) {
          Files.setLastModifiedTime(file, time);
        }
      }
      case TRUNCATE -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      case APPEND -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
      case REMOVE -> Files.delete(file);
      case DIRECTORY -> {
        Files.delete(file);
        Files.createDirectory(file);
      }
      default -> throw new AssertionError(damage);
    }
  }

  private void rightOrAClearErrorAndThenRight(String damage, Path file) throws Exception {
    String what = damage + file;
    Builds builds = new Builds(directory);
    BuildResult result;
    try {
      result = builds.build(CrashMain.recipe("normal"));
    } catch (StoreException e) {
      assertThat(e).as(what).hasMessageContaining(file.toString());
      Tools.run(directory, "rm", "-rf", file.toString());
      result = builds.build(CrashMain.recipe("normal"));
    }
    assertThat(result.failures()).as(what).isEmpty();
    assertThat(result.outputs().get(0).sha256()).as(what).isEqualTo(right("normal"));
    StoreMaintenance.of(LayerStore.open(store)).verify(true);
    assertThat(StoreMaintenance.of(LayerStore.open(store)).verify(false)).as(what).isEmpty();
  }

  @Test
  void aStoreThatWasCopiedElsewhereIsAsGood() throws Exception {
    nextBuildIsRight("normal");
    Path copy = directory.resolve("copy");
    // Without times, so that all is read again.
    Tools.run(
        directory, "cp", "-R", "--preserve=mode,links,xattr", store.toString(), copy.toString());
    Tools.run(directory, "rm", "-rf", store.toString());
    Tools.run(directory, "mv", copy.toString(), store.toString());

    assertThat(nextBuildIsRight("normal")).isEmpty();
  }

  // Many at once

  @Test
  void twentyBuildersAtOnceRunEachStepOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(
          start(
              Jvm.command(
                  CrashMain.class, "many", store, directory.resolve("out-" + i), "none", 1)));
    }
    List<String> lines = new ArrayList<>();
    for (Process process : processes) {
      lines.addAll(linesOf(process));
      assertThat(process.exitValue()).isZero();
    }
    String all = String.join("\n", lines);

    assertThat(lines).as(all).noneMatch(line -> line.startsWith("error "));
    assertThat(lines.stream().filter(("sha256 " + right("normal"))::equals)).as(all).hasSize(20);
    assertThat(lines.stream().filter(line -> line.endsWith(" DONE")))
        .as(all)
        .hasSize(4)
        .doesNotHaveDuplicates();
    nothingIsLeftBehind();
  }

  @Test
  void ifTheOneThatIsAtWorkIsKilledAnotherOneTakesOver() throws Exception {
    Process first = child("normal", "before keep", 2);
    Process second = child("normal", "none", 1);
    List<String> lines = linesOf(second);
    linesOf(first);

    assertThat(second.exitValue()).isZero();
    assertThat(lines).contains("sha256 " + right("normal"));
    nextBuildIsRight("normal");
  }

  // The clock

  @Test
  void aClockThatJumpsBackChangesNothing() throws Exception {
    Tools.require("faketime");
    Path clock = Files.writeString(directory.resolve("clock"), "+0d\n");
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "LD_PRELOAD=" + Variation.fakeTimeLibrary().orElseThrow(),
                "FAKETIME_TIMESTAMP_FILE=" + clock,
                "FAKETIME_NO_CACHE=1",
                "DONT_FAKE_MONOTONIC=1"));
    command.addAll(
        Jvm.command(CrashMain.class, "normal", store, directory.resolve("out-child"), "none", 1));
    Process child = start(command);
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = child.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        // Back by a day after the first step, by a year after the second one.
        Files.writeString(clock, lines.size() == 1 ? "-1d\n" : "-366d\n");
      }
    }
    assertThat(child.waitFor()).isZero();
    assertThat(lines).contains("sha256 " + right("normal"));

    assertThat(nextBuildIsRight("normal")).isEmpty();
    assertThat(LayerStore.open(store).lastKey("small-x86-64bit", idOf("third/third"))).isPresent();
  }

  private static StepId idOf(String step) {
    return StepId.parse(step);
  }
}
