package dev.ffs.store;

import dev.ffs.lock.PathLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Looks over a store, checks it, and makes it smaller. Builds may go on meanwhile. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class StoreMaintenance {

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern LAYER_OF_LINK = Pattern.compile(".*/layers/([0-9a-f]{64})/tree");

  private final LayerStore store;
  private final History history;

  private StoreMaintenance(LayerStore store) {
    this.store = store;
    this.history = History.of(store);
  }

  /**
   * Makes one.
   *
   * @param store the store
   * @return its maintenance
   */
  public static StoreMaintenance of(LayerStore store) {
    return new StoreMaintenance(store);
  }

  /**
   * What a build keeps in the store.
   *
   * @param build its name, {@code RECIPE-TARGET}
   * @param records how many different builds of that name are known
   * @param running whether one of them runs now
   * @param last when the newest record was written
   * @param steps steps of the newest record
   * @param bytes of the layers of the newest record
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record BuildUse(
      String build, int records, boolean running, Instant last, int steps, long bytes) {}

  /**
   * How much of something there is.
   *
   * @param count how many
   * @param bytes content of all files
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record Amount(int count, long bytes) {

    Amount plus(long more) {
      return new Amount(count + 1, bytes + more);
    }
  }

  /**
   * What a store holds.
   *
   * @param builds by name
   * @param layers all layers
   * @param unused layers that no record of a build names
   * @param sources all archives
   * @param failed trees of steps that failed
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record Contents(
      List<BuildUse> builds, Amount layers, Amount unused, Amount sources, Amount failed) {

    /** Copies the list. */
    public Contents {
      builds = List.copyOf(builds);
    }
  }

  /**
   * What {@link #prune} removed.
   *
   * @param layers layers
   * @param sources archives
   * @param failed trees of steps that failed
   * @param records records of builds
   * @param left bytes of what stays
   */
  @API(status = API.Status.EXPERIMENTAL, since = "0.1")
  public record Pruned(Amount layers, Amount sources, Amount failed, int records, long left) {}

  /**
   * Says what there is.
   *
   * @return the contents
   * @throws StoreException if the store cannot be read
   */
  public Contents list() {
    try {
      Sizes sizes = new Sizes();
      return store.guarded(
          () -> {
            Inventory all = new Inventory(sizes);
            List<BuildUse> builds = new ArrayList<>();
            Set<String> used = new HashSet<>();
            for (String build : history.builds()) {
              List<Kept> records = all.records.stream().filter(r -> r.build.equals(build)).toList();
              records.forEach(record -> used.addAll(record.layers()));
              if (!records.isEmpty()) {
                Kept last = records.get(records.size() - 1);
                builds.add(
                    new BuildUse(
                        build,
                        records.size(),
                        records.stream().anyMatch(Kept::alive),
                        last.written,
                        last.entry.steps().size(),
                        all.bytesOf(all.layers, last.layers())));
              }
            }
            Set<String> unused = new HashSet<>(all.layers.keySet());
            unused.removeAll(used);
            return new Contents(
                builds,
                all.amount(all.layers, all.layers.keySet()),
                all.amount(all.layers, unused),
                all.amount(all.sources, all.sources.keySet()),
                new Amount(all.failed.size(), all.failed.stream().mapToLong(Failed::bytes).sum()));
          });
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }

  /**
   * Reads everything, and says what is not as it was written.
   *
   * @param repair whether to remove what is damaged, so that it is made or fetched again
   * @return a line for each damage; empty if all is well
   * @throws StoreException if the store cannot be read
   */
  public List<String> verify(boolean repair) {
    List<String> damages = new ArrayList<>();
    try {
      for (String digest : names(store.layers())) {
        Layer layer = store.layer(digest);
        damageOf(layer)
            .ifPresent(
                damage -> {
                  damages.add(damage);
                  if (repair) {
                    store.discard(layer);
                  }
                });
      }
      for (String directory : List.of("keys", "texts", "outputs")) {
        verifySmallFiles(store.root().resolve(directory), repair, damages);
      }
      for (String digest : names(store.root().resolve("texts"))) {
        store.guarded(() -> verifyText(digest, repair, damages));
      }
      for (String key : names(store.keys())) {
        // Looked at and removed in one, for a build may be about to write it.
        store.guarded(() -> verifyKey(key, repair, damages));
      }
      for (String build : history.builds()) {
        store.guarded(() -> verifyRecords(build, repair, damages));
      }
      for (String digest : names(store.root().resolve("sources"))) {
        verifySource(digest, repair, damages);
      }
      return damages;
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }

  private StoreException cannotRead(IOException e) {
    return new StoreException("cannot read the store at " + store.root(), e);
  }

  private Optional<String> damageOf(Layer layer) {
    if (!DIGEST.matcher(layer.digest()).matches()) {
      return Optional.of("layers/" + layer.digest() + " does not belong to the store");
    }
    try {
      Optional<String> damage = store.damage(store.manifest(layer), layer, Optional.empty());
      // Somebody may have pruned it while it was read.
      return damage.filter(found -> Files.exists(layer.tree().getParent()));
    } catch (StoreException e) {
      return Files.exists(layer.tree().getParent())
          ? Optional.of(String.valueOf(e.getMessage()))
          : Optional.empty();
    }
  }

  private static void verifySmallFiles(Path directory, boolean repair, List<String> damages)
      throws IOException {
    for (String name : names(directory)) {
      Path file = directory.resolve(name);
      if (!Files.isDirectory(file)) {
        continue;
      }
      damages.add(directory.getFileName() + "/" + name + " does not belong to the store");
      if (repair) {
        Trees.remove(file);
      }
    }
  }

  private boolean verifyText(String digest, boolean repair, List<String> damages)
      throws IOException {
    Path file = store.root().resolve("texts").resolve(digest);
    if (!Files.isRegularFile(file) || store.text(digest).isPresent()) {
      return true;
    }
    damages.add("texts/" + digest + " is damaged: its content is not what was written");
    if (repair) {
      Files.deleteIfExists(file);
    }
    return false;
  }

  private boolean verifyKey(String key, boolean repair, List<String> damages) throws IOException {
    if (!Files.isRegularFile(store.keys().resolve(key))) {
      // Said already, or pruned by now.
      return true;
    }
    int before = damages.size();
    Optional<KeyFile> file = KeyFile.read(store.keys(), key, damages::add);
    if (file.isPresent() && !Files.isDirectory(store.layer(file.get().layer()).tree())) {
      damages.add("key " + key + " leads to layer " + file.get().layer() + ", which is gone");
    }
    if (damages.size() == before) {
      return true;
    }
    if (repair) {
      Files.deleteIfExists(store.keys().resolve(key));
    }
    return false;
  }

  private boolean verifyRecords(String build, boolean repair, List<String> damages)
      throws IOException {
    List<String> strangers = history.strangers(build);
    for (String name : strangers) {
      damages.add("builds/" + build + "/" + name + " does not belong to the store");
      if (repair) {
        Trees.remove(history.file(build, name));
      }
    }
    for (String number : history.numbers(build)) {
      if (history.isSound(build, number)) {
        continue;
      }
      damages.add(damagedRecord(build, number) + ": its content is not what was written");
      if (repair) {
        history.remove(build, number);
      }
    }
    return strangers.isEmpty();
  }

  private static String damagedRecord(String build, String number) {
    return "record builds/" + build + "/" + number + " is damaged";
  }

  /** Under the lock that the archive's fetchers use. */
  @SuppressWarnings("try") // The lock is held, not used.
  private void verifySource(String digest, boolean repair, List<String> damages)
      throws IOException {
    Path home = store.root().resolve("sources").resolve(digest);
    if (!DIGEST.matcher(digest).matches() || !Files.isDirectory(home)) {
      damages.add("sources/" + digest + " does not belong to the store");
      if (repair) {
        Trees.remove(home);
      }
      return;
    }
    try (PathLock lock = PathLock.acquire(home.resolve(".lock"), () -> {})) {
      for (String name : names(home)) {
        Path file = home.resolve(name);
        if (Files.isRegularFile(file) && Trees.digestOf(file).equals(digest)) {
          continue;
        }
        damages.add("archive " + home.relativize(file) + " has not the digest " + digest);
        if (repair) {
          Trees.remove(file);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + home, e);
    }
  }

  /** Returns what is in a directory, but no hidden files. */
  private static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".")) {
          names.add(name);
        }
      }
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  /**
   * Removes what is not needed: layers that no kept record names. Never removes what a running
   * build or an open shell uses, nor the layers below the tree of a failed step that is kept.
   *
   * <p>If that does not make the store small enough, these go too until it is: archives that no
   * kept record names, trees of failed steps, and then the oldest records with what only they use.
   *
   * @param keepLast how many records of complete builds of each name stay; those of incomplete ones
   *     stay, too, if they are newer than the newest of these. All if empty
   * @param maxBytes what may be left; anything if empty
   * @param dryRun whether to say only what would go
   * @return what went
   * @throws StoreException if that fails, or a record is damaged: then nobody knows what it needs,
   *     and all stays
   */
  public Pruned prune(OptionalInt keepLast, OptionalLong maxBytes, boolean dryRun) {
    Path trash = store.running().resolve("pruned" + UUID.randomUUID());
    try {
      Sizes sizes = new Sizes();
      Pruned pruned =
          store.guarded(
              () -> {
                requireSoundRecords();
                Pruning pruning = new Pruning(new Inventory(sizes), keepLast, maxBytes);
                if (!dryRun) {
                  pruning.moveTo(Files.createDirectory(trash));
                }
                return pruning.result();
              });
      CrashPoint.LAYERS_PRUNED.reached();
      Trees.remove(trash);
      return pruned;
    } catch (IOException e) {
      throw new StoreException("cannot prune the store at " + store.root(), e);
    }
  }

  private void requireSoundRecords() throws IOException {
    for (String build : history.builds()) {
      for (String number : history.numbers(build)) {
        if (!history.isSound(build, number)) {
          throw new StoreException(
              damagedRecord(build, number)
                  + ", so it cannot be told what that build needs, and nothing is removed; 'store"
                  + " verify --repair' removes the record");
        }
      }
    }
  }

  /** A record on disk. */
  private record Kept(
      String build, String number, boolean alive, Instant written, History.Entry entry) {

    Set<String> layers() {
      Set<String> layers = new HashSet<>();
      entry.steps().values().forEach(step -> layers.add(step.layer()));
      return layers;
    }
  }

  /** The tree of a failed step on disk, and the layers below it. */
  private record Failed(
      Path directory, boolean inUse, long bytes, Instant written, Set<String> layers) {}

  /**
   * How large things are. To find out takes its time, so it is done before the store is locked;
   * what comes after that is measured when it is asked for, and what is replaced counts as it was.
   */
  private final class Sizes {

    private final Map<Path, Long> known = new HashMap<>();

    Sizes() throws IOException {
      for (String digest : names(store.layers())) {
        of(store.layer(digest));
      }
      Path sources = store.root().resolve("sources");
      for (String digest : names(sources)) {
        of(sources.resolve(digest));
      }
      Path failed = store.root().resolve("failed");
      for (String build : names(failed)) {
        for (String step : names(failed.resolve(build))) {
          of(failed.resolve(build).resolve(step));
        }
      }
    }

    long of(Path tree) throws IOException {
      Long size = known.get(tree);
      if (size == null) {
        size = Trees.bytes(tree);
        known.put(tree, size);
      }
      return size;
    }

    long of(Layer layer) throws IOException {
      Long size = known.get(layer.tree());
      if (size == null) {
        size = measured(layer);
        known.put(layer.tree(), size);
      }
      return size;
    }

    private long measured(Layer layer) throws IOException {
      try {
        return store.manifest(layer).bytes();
      } catch (StoreException e) {
        // Damaged, but it takes its place all the same.
        return Trees.bytes(layer.tree());
      }
    }
  }

  /** Everything in the store. */
  private final class Inventory {

    private final List<Kept> records = new ArrayList<>();
    private final Map<String, Long> layers = new TreeMap<>();
    private final Map<String, Long> sources = new TreeMap<>();
    private final List<Failed> failed = new ArrayList<>();

    Inventory(Sizes sizes) throws IOException {
      for (String build : history.builds()) {
        for (String number : history.numbers(build)) {
          records.add(
              new Kept(
                  build,
                  number,
                  history.isAlive(build, number),
                  Files.getLastModifiedTime(history.file(build, number)).toInstant(),
                  history.read(build, number)));
        }
      }
      for (String digest : names(store.layers())) {
        layers.put(digest, sizes.of(store.layer(digest)));
      }
      for (String digest : names(store.root().resolve("sources"))) {
        sources.put(digest, sizes.of(store.root().resolve("sources").resolve(digest)));
      }
      Path allFailed = store.root().resolve("failed");
      for (String build : names(allFailed)) {
        for (String step : names(allFailed.resolve(build))) {
          Path directory = allFailed.resolve(build).resolve(step);
          failed.add(
              new Failed(
                  directory,
                  FailedTree.holder(directory).isPresent(),
                  sizes.of(directory),
                  Files.getLastModifiedTime(directory).toInstant(),
                  below(directory.resolve("layers"))));
        }
      }
    }

    private Set<String> below(Path links) throws IOException {
      Set<String> digests = new HashSet<>();
      try (var entries = Files.newDirectoryStream(links)) {
        for (Path link : entries) {
          Matcher matcher = LAYER_OF_LINK.matcher(Files.readSymbolicLink(link).toString());
          if (matcher.matches()) {
            digests.add(matcher.group(1));
          }
        }
      } catch (NoSuchFileException e) {
        // It failed before it saw any.
      }
      return digests;
    }

    long bytesOf(Map<String, Long> all, Set<String> digests) {
      return digests.stream().mapToLong(digest -> all.getOrDefault(digest, 0L)).sum();
    }

    Amount amount(Map<String, Long> all, Set<String> digests) {
      return new Amount(
          (int) digests.stream().filter(all::containsKey).count(), bytesOf(all, digests));
    }
  }

  /** What stays and what goes. */
  private final class Pruning {

    private final Inventory all;
    private final List<Kept> records = new ArrayList<>();
    private final List<Failed> failed;
    private boolean allSources = true;

    Pruning(Inventory all, OptionalInt keepLast, OptionalLong maxBytes) throws IOException {
      this.all = all;
      this.failed = new ArrayList<>(all.failed);
      for (String build : history.builds()) {
        List<Kept> over =
            all.records.stream().filter(r -> r.build.equals(build) && !r.alive).toList();
        records.addAll(keepLast.isEmpty() ? over : last(keepLast.getAsInt(), over));
      }
      all.records.stream().filter(Kept::alive).forEach(records::add);
      if (maxBytes.isPresent()) {
        shrink(maxBytes.getAsLong());
      }
    }

    /** What failed or was stopped counts as none of them: it lacks what the next one can use. */
    private List<Kept> last(int count, List<Kept> ofOneBuild) {
      List<Kept> kept = new ArrayList<>();
      int complete = 0;
      for (int i = ofOneBuild.size() - 1; i >= 0 && complete < count; i--) {
        Kept record = ofOneBuild.get(i);
        if (record.entry.complete()) {
          kept.add(record);
          complete++;
        } else if (complete == 0) {
          kept.add(record);
        }
      }
      return kept;
    }

    private void shrink(long most) {
      if (bytes() > most) {
        allSources = false;
      }
      List<Failed> old =
          failed.stream()
              .filter(tree -> !tree.inUse)
              .sorted(Comparator.comparing(Failed::written))
              .toList();
      for (Failed tree : old) {
        if (bytes() <= most) {
          break;
        }
        failed.remove(tree);
      }
      List<Kept> oldest =
          records.stream()
              .filter(r -> !r.alive)
              .sorted(Comparator.comparing(Kept::written))
              .toList();
      for (Kept record : oldest) {
        if (bytes() <= most) {
          return;
        }
        records.remove(record);
      }
    }

    private Set<String> layers() {
      Set<String> digests = new HashSet<>();
      records.forEach(record -> digests.addAll(record.layers()));
      failed.forEach(tree -> digests.addAll(tree.layers));
      digests.retainAll(all.layers.keySet());
      return digests;
    }

    private Set<String> sources() {
      Set<String> digests = new HashSet<>(all.sources.keySet());
      if (!allSources) {
        Set<String> used = new HashSet<>();
        records.forEach(record -> used.addAll(record.entry.sources()));
        digests.retainAll(used);
      }
      return digests;
    }

    private long bytes() {
      return all.bytesOf(all.layers, layers())
          + all.bytesOf(all.sources, sources())
          + failed.stream().mapToLong(Failed::bytes).sum();
    }

    Pruned result() {
      Set<String> oldLayers = new HashSet<>(all.layers.keySet());
      oldLayers.removeAll(layers());
      Set<String> oldSources = new HashSet<>(all.sources.keySet());
      oldSources.removeAll(sources());
      Amount oldFailed = new Amount(0, 0);
      for (Failed tree : all.failed) {
        if (!failed.contains(tree)) {
          oldFailed = oldFailed.plus(tree.bytes);
        }
      }
      return new Pruned(
          all.amount(all.layers, oldLayers),
          all.amount(all.sources, oldSources),
          oldFailed,
          all.records.size() - records.size(),
          bytes());
    }

    /** Records go first and layers last, so that nothing that is left leads to nothing. */
    void moveTo(Path trash) throws IOException {
      for (Kept record : all.records) {
        if (!records.contains(record)) {
          history.remove(record.build, record.number);
        }
      }
      Set<String> keys = new HashSet<>();
      records.forEach(r -> r.entry.steps().values().forEach(step -> keys.add(step.key())));
      Set<String> texts = new HashSet<>();
      for (String key : names(store.keys())) {
        if (keys.contains(key)) {
          store.inputs(key).ifPresent(inputs -> texts.addAll(inputs.values()));
        } else {
          Files.deleteIfExists(store.keys().resolve(key));
        }
      }
      CrashPoint.KEYS_PRUNED.reached();
      Path textFiles = store.root().resolve("texts");
      for (String text : names(textFiles)) {
        if (!texts.contains(text)) {
          Files.deleteIfExists(textFiles.resolve(text));
        }
      }
      int count = 0;
      for (Path old : oldDirectories()) {
        Files.move(old, trash.resolve(Integer.toString(count++)), StandardCopyOption.ATOMIC_MOVE);
      }
      DurableFiles.sync(store.layers());
    }

    private List<Path> oldDirectories() {
      List<Path> old = new ArrayList<>();
      Set<String> layers = layers();
      for (String digest : all.layers.keySet()) {
        if (!layers.contains(digest)) {
          old.add(store.layers().resolve(digest));
        }
      }
      Set<String> sources = sources();
      for (String digest : all.sources.keySet()) {
        if (!sources.contains(digest)) {
          old.add(store.root().resolve("sources").resolve(digest));
        }
      }
      for (Failed tree : all.failed) {
        if (!failed.contains(tree)) {
          old.add(tree.directory);
        }
      }
      return old;
    }
  }
}
