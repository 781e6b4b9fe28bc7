package dev.ffs.source;

import dev.ffs.model.Archive;
import dev.ffs.model.MirrorGroup;
import dev.ffs.model.Text;
import dev.ffs.source.Attempt.Reason;
import dev.ffs.source.FetchFailure.Remedy;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Turns the URL of a recipe into the real ones. */
final class Places {

  private static final String MIRROR = "mirror://";

  private final Map<String, List<String>> groups = new HashMap<>();
  private final Path apt;

  /**
   * Makes the map of mirror groups.
   *
   * @param recipe the recipe's groups
   * @param override groups that count instead of the recipe's and the built-in one
   * @param apt where apt's configuration is
   */
  Places(Collection<MirrorGroup> recipe, Map<String, List<String>> override, Path apt) {
    recipe.forEach(g -> groups.put(g.name(), g.bases().stream().map(Text::value).toList()));
    groups.putAll(override);
    this.apt = apt;
  }

  /**
   * Returns the URLs to ask, in order.
   *
   * @return at least one
   * @throws FetchFailure if there is none
   */
  List<String> of(Archive archive) throws FetchFailure {
    String url = archive.url().value();
    if (!url.startsWith(MIRROR)) {
      return List.of(url);
    }
    String rest = url.substring(MIRROR.length());
    int slash = rest.indexOf('/');
    String group = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : rest.substring(slash + 1);
    return bases(group).stream().map(b -> b.endsWith("/") ? b + path : b + "/" + path).toList();
  }

  private List<String> bases(String group) throws FetchFailure {
    List<String> bases = groups.get(group);
    if (bases == null && group.equals(MirrorGroup.DEBIAN)) {
      return debian();
    }
    if (bases == null) {
      throw nowhere("there is no mirror group '" + group + "'");
    }
    if (bases.isEmpty()) {
      throw nowhere("the mirror group '" + group + "' is empty");
    }
    return bases;
  }

  private List<String> debian() throws FetchFailure {
    List<String> bases;
    try {
      bases = DebianMirrors.read(apt);
    } catch (IOException e) {
      throw new FetchFailure(
          Reason.LOCAL,
          Remedy.ELSEWHERE,
          "cannot read apt's mirrors in " + apt + ": " + Errors.text(e));
    }
    if (bases.isEmpty()) {
      throw nowhere(
          "this machine is set up with no Debian mirror (there is none in "
              + apt.resolve("sources.list")
              + " and "
              + apt.resolve("sources.list.d")
              + ")");
    }
    return bases;
  }

  /** Makes sure that something can be asked for a URL. */
  static URI parse(String url) throws FetchFailure {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw nowhere("not a URL: " + e.getReason());
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!Set.of("http", "https", "file").contains(scheme)) {
      throw nowhere("only http, https and file can be fetched, not '" + scheme + "'");
    }
    if (!scheme.equals("file") && uri.getHost() == null) {
      throw nowhere("not a URL: no host in it");
    }
    return uri;
  }

  private static FetchFailure nowhere(String outcome) {
    return new FetchFailure(Reason.NO_PLACE, Remedy.ELSEWHERE, outcome);
  }
}
