package dev.ffs.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** The JSON Schema in docs/ says about each file what the loader says, as far as a schema can. */
class JsonSchemaTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path RECIPES = Path.of("..", "recipes");
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final Map<String, JsonSchema> SCHEMAS =
      Map.of(
          "recipe", definition("recipe"),
          "sources", definition("sources"),
          "target", definition("target"),
          "phase", definition("phase"));

  @TempDir Path directory;

  static List<String> accepted() throws IOException {
    return Corpus.cases("files", "rules");
  }

  static List<String> refused() throws IOException {
    return Corpus.cases("structure");
  }

  @Test
  void acceptsEachFileOfTheGoodRecipe() throws IOException {
    List<Path> files = Corpus.yamlFiles(Corpus.layGood(directory));

    assertThat(files).hasSize(6);
    assertThat(files).allSatisfy(file -> assertThat(problems(file)).isEmpty());
  }

  @Test
  void acceptsEachFileOfTheRecipesThatWeShip() throws IOException {
    if (Files.isDirectory(RECIPES)) {
      assertThat(Corpus.yamlFiles(RECIPES))
          .allSatisfy(file -> assertThat(problems(file)).as(file.toString()).isEmpty());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refusesWhatTheLoaderRefusesForItsStructure(String name) throws IOException {
    List<String> refused = new ArrayList<>();
    for (Path file : Corpus.yamlFiles(Corpus.lay(name, directory))) {
      if (!problems(file).isEmpty()) {
        refused.add(directory.relativize(file).toString());
      }
    }

    String message = Files.readString(Corpus.BAD.resolve(name).resolve(Corpus.EXPECTED));
    assertThat(refused).isNotEmpty().allSatisfy(file -> assertThat(message).contains(file + ":"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void acceptsEachFileIfOnlyTheWholeIsWrong(String name) throws IOException {
    Path recipe = Corpus.lay(name, directory);

    if (Files.isDirectory(recipe)) {
      assertThat(Corpus.yamlFiles(recipe))
          .allSatisfy(file -> assertThat(problems(file)).as(file.toString()).isEmpty());
    }
  }

  @Test
  void wholeSchemaAcceptsAnyOfTheFiles() throws IOException {
    JsonSchema whole = schema("");

    assertThat(Corpus.yamlFiles(Corpus.layGood(directory)))
        .allSatisfy(file -> assertThat(whole.validate(json(file))).isEmpty());
    assertThat(whole.validate(JSON.objectNode())).isNotEmpty();
  }

  @Test
  void schemaIsItselfValid() throws IOException {
    JsonSchema meta =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of(SpecVersion.VersionFlag.V202012.getId()));

    assertThat(meta.validate(schema("").getSchemaNode())).isEmpty();
  }

  private static List<String> problems(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".yaml", "");
    String parent = file.getParent().getFileName().toString();
    JsonSchema schema =
        switch (parent) {
          case "phases" -> SCHEMAS.get("phase");
          case "targets" -> SCHEMAS.get("target");
          default -> SCHEMAS.get(name);
        };
    if (schema == null) {
      return List.of(); // Not a file of a recipe, such as one in a stray directory.
    }
    Set<ValidationMessage> messages = schema.validate(json(file));
    return messages.stream().map(ValidationMessage::getMessage).toList();
  }

  private static JsonSchema definition(String name) {
    return schema("#/$defs/" + name);
  }

  private static JsonSchema schema(String fragment) {
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    String uri = DOCS.resolve("recipe.schema.json").toAbsolutePath().normalize().toUri().toString();
    return factory.getSchema(SchemaLocation.of(uri + fragment));
  }

  private static JsonNode json(Path file) throws IOException {
    LoadSettings settings = LoadSettings.builder().setSchema(new FailsafeSchema()).build();
    return json(new Compose(settings).composeString(Files.readString(file)).orElseThrow());
  }

  /** Makes strings of all scalars, as the loader does, but null of one that was not written. */
  private static JsonNode json(Node node) {
    if (node instanceof MappingNode mapping) {
      ObjectNode object = JSON.objectNode();
      for (NodeTuple tuple : mapping.getValue()) {
        object.set(((ScalarNode) tuple.getKeyNode()).getValue(), json(tuple.getValueNode()));
      }
      return object;
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JSON.arrayNode();
      sequence.getValue().forEach(item -> array.add(json(item)));
      return array;
    }
    ScalarNode scalar = (ScalarNode) node;
    boolean absent = scalar.getValue().isEmpty() && scalar.getScalarStyle() == ScalarStyle.PLAIN;
    return absent ? JSON.nullNode() : JSON.textNode(scalar.getValue());
  }
}
