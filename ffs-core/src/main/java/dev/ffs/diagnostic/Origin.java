package dev.ffs.diagnostic;

import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The place that an element of the model comes from.
 *
 * @param file name of the file as the user wrote it, or of the Java source for a recipe of the DSL
 * @param line line, from 1; 0 when only the file is known
 * @param column column in code points, from 1; 0 when only the line is known
 */
@API(status = API.Status.STABLE, since = "0.1")
public record Origin(String file, int line, int column) implements Comparable<Origin> {

  /** Checks that nothing is negative. */
  public Origin {
    Objects.requireNonNull(file, "file");
    if (line < 0 || column < 0) {
      throw new IllegalArgumentException("line and column are never negative");
    }
  }

  /**
   * Returns the origin of a whole file.
   *
   * @param file its name
   * @return an origin without line and column
   */
  public static Origin ofFile(String file) {
    return new Origin(file, 0, 0);
  }

  @Override
  public int compareTo(Origin other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** Returns {@code file:line:column}, without the parts that are not known. */
  @Override
  public String toString() {
    if (line == 0) {
      return file;
    }
    return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
  }
}
