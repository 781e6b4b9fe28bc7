package dev.ffs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house as the design draws it: who may use whom, and where each library stays. */
class ArchitectureTest {

  private static final String BASE = "dev.ffs.";

  /** Package to the packages it may use. */
  private static final Map<String, Set<String>> ARROWS = new TreeMap<>();

  static {
    ARROWS.put("diagnostic", Set.of());
    ARROWS.put("model", Set.of("diagnostic"));
    ARROWS.put("validate", Set.of("diagnostic", "model"));
    ARROWS.put("load", Set.of("diagnostic", "model", "validate"));
    ARROWS.put("plan", Set.of("diagnostic", "model"));
    ARROWS.put("script", Set.of("diagnostic", "model", "plan"));
    ARROWS.put("exec", Set.of("diagnostic", "model", "plan", "script"));
    ARROWS.put("exec.process", Set.of("diagnostic", "model", "plan", "script", "exec"));
    Set<String> transport = Set.of("diagnostic", "model", "plan", "script", "exec", "exec.process");
    ARROWS.put("exec.local", transport);
    ARROWS.put("exec.fchroot", transport);
    // ADR 11: what transports by a client program have in common.
    ARROWS.put("exec.remote", transport);
    ARROWS.put(
        "exec.lxd",
        Set.of("diagnostic", "model", "plan", "script", "exec", "exec.process", "exec.remote"));
    // ADR 6: whoever shares a directory with other processes locks it in the same way.
    ARROWS.put("lock", Set.of());
    ARROWS.put("source", Set.of("diagnostic", "model", "lock"));
    // ADR 9: what is JSON is written by one writer, and what is shipped is judged by one judge.
    ARROWS.put("json", Set.of());
    ARROWS.put("archive", Set.of("diagnostic", "json"));
    ARROWS.put("audit", Set.of("model", "archive"));
    // ADR 1: the store lists trees the way archives do.
    ARROWS.put("store", Set.of("diagnostic", "model", "plan", "archive", "lock"));
    ARROWS.put("event", Set.of("diagnostic", "model"));
    ARROWS.put(
        "engine",
        Set.of(
            "diagnostic",
            "model",
            "validate",
            "plan",
            "script",
            "exec",
            // ADR 7: what comes back from elsewhere is unpacked by processes of this machine.
            "exec.process",
            "source",
            "json",
            "lock",
            "archive",
            "audit",
            "store",
            "event"));
  }

  /** Library (by package) to the one package of ours that may use it. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "org.snakeyaml.engine..", "load",
          "org.apache.velocity..", "script",
          "org.apache.commons.exec..", "exec.process",
          "org.apache.commons.compress..", "archive",
          "org.tukaani.xz..", "archive",
          "org.slf4j..", "engine");

  private static JavaClasses ours;

  @BeforeAll
  static void importClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.ffs");
  }

  @Test
  void everyPackageHasItsPlaceInTheHouse() {
    Set<String> packages =
        ours.stream()
            .map(JavaClass::getPackageName)
            .map(name -> name.substring(BASE.length()))
            .collect(Collectors.toSet());

    assertThat(ARROWS.keySet()).as("packages of the design").containsAll(packages);
  }

  @TestFactory
  Stream<DynamicTest> arrowsPointOnlyToTheLeft() {
    return ARROWS.entrySet().stream()
        .map(
            arrow ->
                DynamicTest.dynamicTest(
                    arrow.getKey() + " uses only " + arrow.getValue(),
                    () -> {
                      String[] forbidden =
                          ARROWS.keySet().stream()
                              .filter(p -> !p.equals(arrow.getKey()))
                              .filter(p -> !arrow.getValue().contains(p))
                              .map(p -> BASE + p)
                              .toArray(String[]::new);
                      noClasses()
                          .that()
                          .resideInAPackage(BASE + arrow.getKey())
                          .should()
                          .dependOnClassesThat()
                          .resideInAnyPackage(forbidden)
                          .because("design section 2 says so")
                          .allowEmptyShould(true)
                          .check(ours);
                    }));
  }

  @Test
  void noPackagesFormACycle() {
    slices().matching("dev.ffs.(**)").should().beFreeOfCycles().check(ours);
  }

  @TestFactory
  Stream<DynamicTest> librariesStayWhereTheyBelong() {
    return LIBRARIES.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey() + " only in " + entry.getValue(),
                    () ->
                        noClasses()
                            .that()
                            .resideOutsideOfPackage(BASE + entry.getValue())
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(entry.getKey())
                            .because("a library is replaced in one place or never")
                            .check(ours)));
  }

  @Test
  void signaturesShowOnlyOurTypesAndThoseOfTheJdk() {
    List<String> allowed = List.of("dev.ffs.", "java.", "javax.");
    ours.stream()
        .filter(type -> type.getModifiers().toString().contains("PUBLIC"))
        .forEach(
            type ->
                type.getMethods().stream()
                    .filter(m -> m.getModifiers().toString().contains("PUBLIC"))
                    .forEach(
                        method -> {
                          Stream<JavaClass> shown =
                              Stream.concat(
                                  Stream.of(method.getRawReturnType()),
                                  method.getRawParameterTypes().stream());
                          assertThat(shown.map(JavaClass::getBaseComponentType))
                              .as(method.getFullName())
                              .allMatch(
                                  t ->
                                      t.isPrimitive()
                                          || allowed.stream().anyMatch(t.getName()::startsWith));
                        }));
  }

  @Test
  void publicTypesSayHowStableTheyAre() {
    List<String> without =
        ours.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .filter(type -> type.getModifiers().toString().contains("PUBLIC"))
            .filter(type -> !type.isAnnotatedWith("org.apiguardian.api.API"))
            .map(JavaClass::getName)
            .toList();

    assertThat(without).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() {
    classes()
        .that()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith("org.jspecify.annotations.NullMarked")
        .check(ours);
    Set<String> described =
        ours.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .map(JavaClass::getPackageName)
            .collect(Collectors.toSet());
    Set<String> all = ours.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());

    assertThat(described).containsAll(all);
    assertThat(Arrays.asList(all.toArray())).isNotEmpty();
  }
}
