package dev.ffs.store;

import dev.ffs.plan.StepId;
import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The records of all builds: {@code builds/BUILD/NUMBER}, with a line {@code step, name, key,
 * layer} for each step and {@code source, digest} for each archive, separated by tabs, and a line
 * {@code complete} if the build came to its end. The last line is {@code sum, digest}: the digest
 * of all lines above it.
 *
 * <p>They are ordered by number and not by time, since clocks jump.
 */
final class History {

  private static final Pattern NUMBER = Pattern.compile("[0-9]{8}");

  private static final String COMPLETE = "complete";

  private final Path directory;

  private History(Path directory) {
    this.directory = directory;
  }

  static History of(LayerStore store) {
    return new History(store.root().resolve("builds"));
  }

  /** What a step's key led to. */
  record Step(String key, String layer) {}

  /**
   * What a build used.
   *
   * @param complete whether that is all of the build
   */
  record Entry(SortedMap<String, Step> steps, SortedSet<String> sources, boolean complete) {

    static final Entry EMPTY = new Entry(new TreeMap<>(), new TreeSet<>(), false);

    Entry {
      steps = Collections.unmodifiableSortedMap(new TreeMap<>(steps));
      sources = Collections.unmodifiableSortedSet(new TreeSet<>(sources));
    }

    Entry withStep(String name, Step step) {
      SortedMap<String, Step> more = new TreeMap<>(steps);
      more.put(name, step);
      return new Entry(more, sources, complete);
    }

    Entry withSources(Collection<String> digests) {
      SortedSet<String> more = new TreeSet<>(sources);
      more.addAll(digests);
      return new Entry(steps, more, complete);
    }

    Entry completed() {
      return new Entry(steps, sources, true);
    }

    boolean usesTheSameAs(Entry other) {
      return steps.equals(other.steps) && sources.equals(other.sources);
    }

    String toText() {
      StringBuilder text = new StringBuilder();
      steps.forEach(
          (name, step) ->
              text.append("step\t")
                  .append(name)
                  .append('\t')
                  .append(step.key())
                  .append('\t')
                  .append(step.layer())
                  .append('\n'));
      sources.forEach(digest -> text.append("source\t").append(digest).append('\n'));
      if (complete) {
        text.append(COMPLETE).append('\n');
      }
      return text + sum(text.toString());
    }

    private static String sum(String text) {
      return "sum\t" + StepKey.sha256(text) + "\n";
    }

    /** Says whether this is all that was written. */
    static boolean isSound(String text) {
      int last = text.lastIndexOf("sum\t");
      return last >= 0 && text.substring(last).equals(sum(text.substring(0, last)));
    }

    /** Reads what is there; a line that a crash has damaged says nothing. */
    static Entry parse(String text) {
      SortedMap<String, Step> steps = new TreeMap<>();
      SortedSet<String> sources = new TreeSet<>();
      boolean complete = false;
      for (String line : text.split("\n", -1)) {
        String[] parts = line.split("\t", -1);
        if (parts.length == 4 && parts[0].equals("step")) {
          steps.put(parts[1], new Step(parts[2], parts[3]));
        } else if (parts.length == 2 && parts[0].equals("source")) {
          sources.add(parts[1]);
        } else if (line.equals(COMPLETE)) {
          complete = true;
        }
      }
      return new Entry(steps, sources, complete);
    }
  }

  /** Returns the names of all builds. */
  List<String> builds() throws IOException {
    return names(directory, name -> true);
  }

  /** Returns the numbers of a build's records, the oldest first. */
  List<String> numbers(String build) throws IOException {
    return names(
        directory.resolve(build),
        name -> NUMBER.matcher(name).matches() && Files.isRegularFile(file(build, name)));
  }

  private static List<String> names(Path directory, Predicate<String> wanted) throws IOException {
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names.stream().filter(wanted).sorted().toList();
  }

  /** Returns what stands among the records and is none. */
  List<String> strangers(String build) throws IOException {
    List<String> known = numbers(build);
    return names(
        directory.resolve(build), name -> !known.contains(name) && !name.endsWith(".lock"));
  }

  Path file(String build, String number) {
    return directory.resolve(build).resolve(number);
  }

  Path lockPath(String build, String number) {
    return directory.resolve(build).resolve(number + ".lock");
  }

  boolean isAlive(String build, String number) throws IOException {
    return Alive.is(lockPath(build, number));
  }

  /** Returns a number that no record of the build has, higher than all. */
  String nextNumber(String build) throws IOException {
    Path records = Files.createDirectories(directory.resolve(build));
    long last = 0;
    try (var entries = Files.newDirectoryStream(records)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        boolean lock = name.endsWith(".lock");
        String number = lock ? name.substring(0, name.length() - ".lock".length()) : name;
        if (!NUMBER.matcher(number).matches()) {
          continue;
        }
        last = Math.max(last, Long.parseLong(number));
        if (lock && !Alive.is(entry)) {
          Files.deleteIfExists(entry);
        }
      }
    }
    return String.format(Locale.ROOT, "%08d", last + 1);
  }

  /** Writes a record that need not survive a power failure, for its build would not either. */
  void note(String build, String number, Entry entry) throws IOException {
    DurableFiles.replaceSoon(directory.resolve(build), number, entry.toText());
  }

  Entry read(String build, String number) throws IOException {
    return text(build, number).map(Entry::parse).orElse(Entry.EMPTY);
  }

  /** Says whether a record is as it was written, if it is there. */
  boolean isSound(String build, String number) throws IOException {
    return text(build, number).map(Entry::isSound).orElse(true);
  }

  private Optional<String> text(String build, String number) throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(file(build, number));
      return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void remove(String build, String number) throws IOException {
    Files.deleteIfExists(file(build, number));
  }

  /**
   * Writes a record for good, in place of the one before it if both builds used the same. If one of
   * the two came to its end, all of the other one is there, too.
   */
  void settle(String build, String number, Entry entry) throws IOException {
    if (entry.equals(Entry.EMPTY)) {
      remove(build, number);
      return;
    }
    List<String> older =
        numbers(build).stream().filter(other -> other.compareTo(number) < 0).toList();
    Optional<String> same = Optional.empty();
    Entry settled = entry;
    if (!older.isEmpty()) {
      String last = older.get(older.size() - 1);
      Entry before = read(build, last);
      if (!isAlive(build, last) && before.usesTheSameAs(entry)) {
        same = Optional.of(last);
        settled = before.complete() ? entry.completed() : entry;
      }
    }
    DurableFiles.replace(directory.resolve(build), number, settled.toText());
    if (same.isPresent()) {
      remove(build, same.get());
    }
  }

  Optional<String> lastKey(String build, StepId step) {
    try {
      List<String> numbers = numbers(build);
      for (int i = numbers.size() - 1; i >= 0; i--) {
        Step found = read(build, numbers.get(i)).steps().get(step.toString());
        if (found != null) {
          return Optional.of(found.key());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot read the records of " + build, e);
    }
  }
}
