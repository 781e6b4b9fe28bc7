package dev.ffs.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.runtime.RuntimeConstants;

/** The Velocity templates and the plain resources beside them. */
final class Templates {

  private static final String FOLDER = "/dev/ffs/script/";

  private final VelocityEngine engine;

  Templates() {
    Properties settings = new Properties();
    settings.setProperty(RuntimeConstants.RESOURCE_LOADERS, "class");
    settings.setProperty(
        "resource.loader.class.class",
        "org.apache.velocity.runtime.resource.loader.ClasspathResourceLoader");
    settings.setProperty("resource.loader.class.cache", "true");
    // An undefined reference is an error, and a directive's line leaves no trace.
    settings.setProperty(RuntimeConstants.RUNTIME_REFERENCES_STRICT, "true");
    settings.setProperty(RuntimeConstants.SPACE_GOBBLING, "lines");
    settings.setProperty(RuntimeConstants.INPUT_ENCODING, "UTF-8");
    // Values are looked up by name only: no template can reach a class.
    settings.setProperty(
        RuntimeConstants.UBERSPECT_CLASSNAME,
        "org.apache.velocity.util.introspection.SecureUberspector");
    engine = new VelocityEngine(settings);
    engine.init();
  }

  /**
   * Fills a template.
   *
   * @param name its file name
   * @param values what it refers to; never parsed as a template
   */
  String render(String name, Map<String, Object> values) {
    StringWriter out = new StringWriter();
    engine.getTemplate(FOLDER.substring(1) + name).merge(new VelocityContext(values), out);
    return out.toString();
  }

  /** Reads a script that is the same for every recipe. */
  static String resource(String name) {
    try (InputStream in = Templates.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the library's own file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
