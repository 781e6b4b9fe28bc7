package dev.ffs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the packages of this module may use. */
class DslArchitectureTest {

  private static JavaClasses ours;

  @BeforeAll
  static void importClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.ffs.dsl", "dev.ffs.testkit");
  }

  @Test
  void theDslUsesTheModelAndItsRulesOnly() {
    classes()
        .that()
        .resideInAPackage("dev.ffs.dsl")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.ffs.dsl",
            "dev.ffs.model",
            "dev.ffs.diagnostic",
            "dev.ffs.validate",
            "java..",
            "org.apiguardian..",
            "org.jspecify..")
        .because("who writes recipes needs neither YAML nor a test library")
        .check(ours);
  }

  @Test
  void theTestKitStandsBesideTheDslAndNotBelowIt() {
    noClasses()
        .that()
        .resideInAPackage("dev.ffs.dsl")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.ffs.testkit..")
        .check(ours);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.ffs.testkit")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.junit..", "org.assertj..")
        .because("both are optional dependencies, there for the test kit")
        .check(ours);
  }

  @Test
  void theImplementationOfTheDslIsHidden() {
    assertThat(ours.stream().filter(type -> type.getPackageName().equals("dev.ffs.dsl")))
        .filteredOn(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .allMatch(type -> type.isInterface() || type.getSimpleName().equals("Recipes"));
  }

  @Test
  void publicTypesSayHowStableTheyAre() {
    Stream<JavaClass> types =
        ours.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC));

    assertThat(types)
        .isNotEmpty()
        .allMatch(type -> type.isAnnotatedWith("org.apiguardian.api.API"));
  }

  @Test
  void everyPackageIsNullMarked() {
    classes()
        .that()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith("org.jspecify.annotations.NullMarked")
        .check(ours);
  }
}
