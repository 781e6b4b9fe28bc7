package dev.ffs.validate;

import dev.ffs.model.Archive;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Patch;
import dev.ffs.model.Recipe;
import dev.ffs.model.Source;
import dev.ffs.model.Text;
import dev.ffs.model.Variables;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where sources come from and how they are recognised. */
final class SourceRules {

  private static final String MIRROR = "mirror://";
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]*");
  private static final Pattern NOT_HEX = Pattern.compile("[^0-9a-fA-F]");
  private static final Pattern NOT_URL = Pattern.compile("[^A-Za-z0-9._~:/?#@!$&'()*+,;=%\\[\\]-]");
  private static final int DIGEST_LENGTH = 64;

  private final Recipe recipe;
  private final Checks checks;
  private final VariableRules variables;
  private final Set<String> groups = new TreeSet<>();

  SourceRules(Recipe recipe, Checks checks, VariableRules variables) {
    this.recipe = recipe;
    this.checks = checks;
    this.variables = variables;
    groups.add(MirrorGroup.DEBIAN);
    recipe.mirrors().forEach(group -> groups.add(group.name()));
  }

  void check() {
    checks.unique("mirror group", recipe.mirrors(), MirrorGroup::name, MirrorGroup::origin);
    recipe.mirrors().forEach(this::mirror);
    checks.unique("source", recipe.sources(), Source::id, Source::origin);
    recipe.sources().forEach(this::source);
  }

  private void mirror(MirrorGroup group) {
    checks.id("mirror group", group.name(), group.origin());
    if (group.name().equals(MirrorGroup.DEBIAN)) {
      checks.error(
          group.origin(),
          "mirror group 'debian' is built in",
          "it stands for the Debian mirrors that the machine itself is set up with");
    }
    if (group.bases().isEmpty()) {
      checks.error(group.origin(), "mirror group '" + group.name() + "' has no URLs");
    }
    for (Text base : group.bases()) {
      if (base.value().startsWith(MIRROR)) {
        checks.error(base.origin(), "a mirror group cannot refer to another one");
      } else if (url(base) && !base.value().endsWith("/")) {
        checks.error(base.origin(), "the URL of a mirror must end in '/'", "write '" + base + "/'");
      }
    }
  }

  private void source(Source source) {
    checks.id("source", source.id(), source.origin());
    if (source.id().equals("none")) {
      checks.error(
          source.origin(),
          "a source cannot be called 'none'",
          "'source: none' is a step without a source");
    }
    if (checks.notBlank(source.version(), "the version")) {
      checks.matches(
          source.version(),
          VERSION,
          "a version that can be part of a file name",
          "a version has letters, digits, '.', '_', '+', '~' and '-', and begins with a letter or"
              + " digit");
    }
    checks.notBlank(source.license(), "the license");
    if (source.archives().isEmpty()) {
      checks.error(source.origin(), "source '" + source.id() + "' has no archive");
    }
    Map<String, Archive> byName = new HashMap<>();
    for (Archive archive : source.archives()) {
      archive(archive);
      Archive other = byName.putIfAbsent(archive.fileName(), archive);
      if (other != null
          && !archive.fileName().isEmpty()
          && !other.digest().equals(archive.digest())) {
        checks.error(
            archive.url().origin(),
            "two archives of source '" + source.id() + "' are called '" + archive.fileName() + "'",
            "the first one is at "
                + other.url().origin()
                + " and has another sha256; they are kept in one directory");
      }
    }
    for (Patch patch : source.patches()) {
      if (patch.name().value().contains("/")) {
        checks.error(
            patch.name().origin(),
            "'" + patch.name() + "' is not the name of a patch",
            "patches stand directly in the directory 'patches' beside the recipes");
      }
    }
    variables.script(source.prepare());
  }

  private void archive(Archive archive) {
    digest(archive.sha256());
    variables.script(archive.prepare());
    Text url = archive.url();
    if (!url(url)) {
      return;
    }
    if (!Variables.references(url.value()).isEmpty()) {
      checks.error(
          url.origin(), "variables are not expanded in a URL", "write the URL out, with version");
    }
    if (archive.fileName().isEmpty()
        || archive.fileName().equals(".")
        || archive.fileName().equals("..")) {
      checks.error(
          url.origin(),
          "the URL names no file",
          "it must end in the archive's file name, which is the name that the archive is kept by");
    }
  }

  private void digest(Text digest) {
    String value = digest.value();
    if (value.isBlank()) {
      checks.error(
          digest.origin(),
          "the sha256 is empty",
          "every archive has one; 'sha256sum FILE' prints it");
      return;
    }
    Matcher wrong = NOT_HEX.matcher(value);
    if (wrong.find()) {
      checks.error(
          VariableRules.place(digest, wrong.start()),
          "'" + character(value, wrong.start()) + "' is no hexadecimal digit",
          "a sha256 has 64 of the digits 0-9 and a-f");
    } else if (value.length() != DIGEST_LENGTH) {
      checks.error(
          digest.origin(), "a sha256 has 64 hexadecimal digits, this one has " + value.length());
    }
  }

  /** Checks all that URLs of archives and mirrors share; says whether it is worth looking on. */
  private boolean url(Text url) {
    String value = url.value();
    if (!checks.notBlank(url, "the URL")) {
      return false;
    }
    Matcher wrong = NOT_URL.matcher(value);
    if (wrong.find()) {
      String what = character(value, wrong.start());
      checks.error(
          VariableRules.place(url, wrong.start()),
          what.isBlank() ? "a URL cannot hold white space" : "a URL cannot hold '" + what + "'",
          "write %20 for a space, and %XX for other bytes");
      return false;
    }
    if (value.startsWith(MIRROR)) {
      return mirrorUrl(url);
    }
    URI uri;
    try {
      uri = new URI(value);
    } catch (URISyntaxException e) {
      checks.error(
          url.origin(), "'" + url + "' is not a URL: " + e.getReason().toLowerCase(Locale.ROOT));
      return false;
    }
    String scheme = uri.getScheme();
    if (scheme == null) {
      checks.error(url.origin(), "'" + url + "' is not an absolute URL", "write https://HOST/PATH");
      return false;
    }
    if (!List.of("https", "http", "file").contains(scheme)) {
      checks.error(
          url.origin(),
          "a URL cannot begin with '" + scheme + ":'",
          "allowed: https, http, file, mirror");
      return false;
    }
    if (scheme.equals("file") ? !value.startsWith("file:///") : uri.getHost() == null) {
      checks.error(
          url.origin(),
          scheme.equals("file") ? "'" + url + "' is not an absolute path" : "the URL has no host",
          scheme.equals("file") ? "write file:///PATH" : "write " + scheme + "://HOST/PATH");
      return false;
    }
    return true;
  }

  private boolean mirrorUrl(Text url) {
    String rest = url.value().substring(MIRROR.length());
    int slash = rest.indexOf('/');
    String group = slash < 0 ? rest : rest.substring(0, slash);
    return checks.known(
        "mirror group", new Text(group, VariableRules.place(url, MIRROR.length())), groups);
  }

  private static String character(String text, int offset) {
    return Character.toString(text.codePointAt(offset));
  }
}
