package dev.ffs.plan;

import dev.ffs.model.Text;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What configure is told by a phase and by a step of it.
 *
 * <p>A step's argument takes the place of that of the defaults about the same thing. To give both
 * and let configure take the last is not enough: of {@code --disable-static --enable-static} the
 * libraries of GCC take the first, for its config-ml.in reads the arguments anew.
 */
final class ConfigureArguments {

  /** The forms that configure's own help tells of: features, packages, options and variables. */
  private static final Pattern FORM =
      Pattern.compile(
          "--(?:enable|disable)-(?<feature>[^=]+)(?:=.*)?"
              + "|--with(?:out)?-(?<package>[^=]+)(?:=.*)?"
              + "|(?<option>--[^=]+)(?:=.*)?"
              + "|(?<variable>[A-Za-z_][A-Za-z_0-9]*)=.*",
          Pattern.DOTALL);

  private ConfigureArguments() {}

  /** Returns the defaults that the step says nothing about, and then the step's own. */
  static List<Text> merged(List<Text> defaults, List<Text> own) {
    Set<String> told = own.stream().map(ConfigureArguments::about).collect(Collectors.toSet());
    return Stream.concat(
            defaults.stream().filter(argument -> !told.contains(about(argument))), own.stream())
        .toList();
  }

  /** Returns the same for arguments about the same thing. */
  private static String about(Text argument) {
    Matcher form = FORM.matcher(argument.value());
    if (!form.matches()) {
      return argument.value();
    }
    if (form.group("feature") != null) {
      return "feature " + form.group("feature");
    }
    if (form.group("package") != null) {
      return "package " + form.group("package");
    }
    return form.group("option") != null ? form.group("option") : form.group("variable");
  }
}
