package dev.ffs.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Names of the shell variables that a step is given; all begin with {@value #PREFIX}. */
@API(status = API.Status.STABLE, since = "0.1")
public final class Variables {

  /** What the name of every variable begins with. */
  public static final String PREFIX = "FFS_";

  /** The variables that exist for every step, whatever the recipe says. */
  public static final List<String> BUILT_IN =
      List.of(
          "FFS_BUILD",
          "FFS_CFLAGS",
          "FFS_JOBS",
          "FFS_KERNEL_ARCH",
          "FFS_PHASE",
          "FFS_RECIPE",
          "FFS_SOURCES",
          "FFS_STEP",
          "FFS_SYSROOT",
          "FFS_TARGET",
          "FFS_TARGET_NAME");

  private static final Pattern REFERENCE =
      Pattern.compile("(?<!\\\\)\\$(?:(FFS_[A-Za-z0-9_]*)|\\{(FFS_[A-Za-z0-9_]*)\\})");

  private Variables() {}

  /**
   * Returns the variable of a target's value.
   *
   * @param name the value's name, such as {@code musl-arch}
   * @return such as {@code FFS_MUSL_ARCH}
   */
  public static String ofTarget(String name) {
    return PREFIX + fold(name);
  }

  /**
   * Returns the variable that holds the version of a source.
   *
   * @param source the source's id, such as {@code python}
   * @return such as {@code FFS_PYTHON_VERSION}
   */
  public static String ofVersion(String source) {
    return PREFIX + fold(source) + "_VERSION";
  }

  /**
   * Finds the variables that a text refers to as {@code $FFS_NAME} or {@code ${FFS_NAME}}.
   *
   * <p>References with an operator, such as {@code ${FFS_NAME:-x}}, say themselves what is to
   * happen without a value and are not found.
   *
   * @param text shell, or an argument
   * @return the references in order, each as often as it stands there
   */
  public static List<Reference> references(String text) {
    List<Reference> found = new ArrayList<>();
    Matcher matcher = REFERENCE.matcher(text);
    while (matcher.find()) {
      String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      found.add(new Reference(name, matcher.start()));
    }
    return found;
  }

  /**
   * A reference to a variable.
   *
   * @param name the variable
   * @param offset of the {@code $} in the text, in chars
   */
  public record Reference(String name, int offset) {}

  private static String fold(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
