package dev.ffs.dsl.usage;

import dev.ffs.diagnostic.Origin;
import java.util.HashMap;
import java.util.Map;

/** Remembers on which lines of a test words stand, so that no line number is written down. */
final class Marks {

  private final Map<String, Origin> places = new HashMap<>();

  /** Returns the word, and notes the line of the caller. */
  String at(String word) {
    StackTraceElement caller = new Throwable().getStackTrace()[1];
    places.put(word, new Origin(caller.getFileName(), caller.getLineNumber(), 0));
    return word;
  }

  /** Returns the line of a word. */
  Origin of(String word) {
    return places.get(word);
  }
}
