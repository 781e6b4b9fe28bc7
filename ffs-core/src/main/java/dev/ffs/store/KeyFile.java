package dev.ffs.store;

import dev.ffs.plan.StepKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the file of a key: a line with the layer's digest, then a line for each input,
 * name and value with a tab between them.
 *
 * @param layer digest of the layer
 * @param jobs with how many jobs the step ran, or empty if that is not known; stands behind the
 *     digest, with a tab between them, and is no part of the key
 * @param inputs what went into the key, by name
 */
record KeyFile(String layer, OptionalInt jobs, SortedMap<String, String> inputs) {

  private static final Pattern FIRST_LINE =
      Pattern.compile("([0-9a-f]{64})(?:\t([1-9][0-9]{0,5}))?");

  KeyFile {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
  }

  String toText() {
    StringBuilder text = new StringBuilder(layer);
    jobs.ifPresent(count -> text.append('\t').append(count));
    text.append('\n');
    inputs.forEach((name, value) -> text.append(name).append('\t').append(value).append('\n'));
    return text.toString();
  }

  /**
   * Reads the file of a key.
   *
   * @return what stands in it, or empty if there is none, or it is damaged, which is told
   */
  static Optional<KeyFile> read(Path directory, String key, Consumer<String> onDamage) {
    Path file = directory.resolve(key);
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      Optional<KeyFile> parsed =
          parse(text).filter(f -> new StepKey(f.inputs).digest().equals(key));
      if (parsed.isEmpty()) {
        onDamage.accept("key " + key + " is damaged: its content is not what was written");
      }
      return parsed;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException("cannot read " + file, e);
    }
  }

  private static Optional<KeyFile> parse(String text) {
    String[] lines = text.split("\n", -1);
    Matcher first = FIRST_LINE.matcher(lines[0]);
    if (!first.matches() || lines.length < 2 || !lines[lines.length - 1].isEmpty()) {
      return Optional.empty();
    }
    SortedMap<String, String> inputs = new TreeMap<>();
    for (int i = 1; i < lines.length - 1; i++) {
      int tab = lines[i].indexOf('\t');
      if (tab < 0) {
        return Optional.empty();
      }
      inputs.put(lines[i].substring(0, tab), lines[i].substring(tab + 1));
    }
    OptionalInt jobs =
        first.group(2) == null
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(first.group(2)));
    return Optional.of(new KeyFile(first.group(1), jobs, inputs));
  }
}
