package dev.ffs.dsl;

import dev.ffs.diagnostic.Diagnostic;
import dev.ffs.diagnostic.Diagnostics;
import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Text;
import dev.ffs.model.Variable;
import java.lang.StackWalker.StackFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The life of one spec: where it is called from, which keys it was given, when it ends. */
final class Scope {

  /** The place of what stands in for something missing: what is said about it says nothing new. */
  static final Origin MISSING = Origin.ofFile("(missing)");

  private static final String OUR_PACKAGE = Scope.class.getPackageName();

  private final String what;
  private final Origin origin;
  private final Diagnostics problems;
  private final Map<String, Origin> given = new HashMap<>();
  private boolean ended;

  /**
   * Begins a life.
   *
   * @param what such as {@code step 'gmp'}
   * @param origin where it begins
   */
  Scope(String what, Origin origin, Diagnostics problems) {
    this.what = what;
    this.origin = origin;
    this.problems = problems;
  }

  /** Begins the life of something that the caller has just named. */
  Scope inner(String name) {
    return new Scope(name, caller(), problems);
  }

  /** Where this began. */
  Origin origin() {
    return origin;
  }

  /** Gives the spec to its lambda; afterwards it is dead. */
  <S> void run(S spec, Consumer<? super S> body) {
    try {
      body.accept(spec);
    } finally {
      ended = true;
    }
  }

  /** Returns where the call of the spec stands, if it may still be called. */
  Origin caller() {
    Origin at = here();
    if (ended) {
      throw new IllegalStateException(
          "the spec of "
              + what
              + " was used after its lambda had ended ("
              + at
              + "); call it inside the lambda only");
    }
    return at;
  }

  /** Returns where the user's code calls us. */
  static Origin here() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames.filter(Scope::isUsers).findFirst())
        .map(Scope::place)
        .orElseThrow();
  }

  /** A method reference given to, say, {@code List.forEach} is called by the JDK, not by a user. */
  private static boolean isUsers(StackFrame frame) {
    String owner = frame.getDeclaringClass().getPackageName();
    return !owner.equals(OUR_PACKAGE) && !owner.startsWith("java.");
  }

  private static Origin place(StackFrame frame) {
    String file = frame.getFileName();
    if (file == null) {
      return Origin.ofFile(frame.getClassName());
    }
    return new Origin(file, Math.max(0, frame.getLineNumber()), 0);
  }

  /** Notes that a key is given, which may be done once. */
  Origin once(String key) {
    Origin at = caller();
    once(key, at);
    return at;
  }

  /** Notes that a key was given there. */
  void once(String key, Origin at) {
    Origin first = given.putIfAbsent(key, at);
    if (first != null) {
      error(at, "duplicate key '" + key + "' in " + what, "the first one is at " + first);
    }
  }

  Text text(String key, String value) {
    return text(value, once(key));
  }

  List<Text> texts(String key, String... values) {
    return texts(once(key), values);
  }

  /** Takes one entry of a mapping; whether another one has its name is a rule of the validator. */
  Variable variable(String name, String value) {
    Origin at = caller();
    return new Variable(Objects.requireNonNull(name, "name"), text(value, at), at);
  }

  static Text text(String value, Origin at) {
    return new Text(Objects.requireNonNull(value, "value"), at);
  }

  static List<Text> texts(Origin at, String... values) {
    return Stream.of(values).map(value -> text(value, at)).toList();
  }

  /** Returns the value of a key that must be there. */
  Text required(String key, @Nullable Text value) {
    return required(key, value, new Text("", MISSING));
  }

  /** Returns the value of a key that must be there, or reports it and returns what stands in. */
  <T> T required(String key, @Nullable T value, T standIn) {
    if (value == null) {
      error(origin, "'" + key + "' is missing in " + what, null);
      return standIn;
    }
    return value;
  }

  void error(Origin at, String message, @Nullable String help) {
    Diagnostic error = Diagnostic.error(at, message);
    problems.add(help == null ? error : error.withHelp(help));
  }

  @Override
  public String toString() {
    return what;
  }
}
