package dev.ffs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.fixtures.Fixtures;
import dev.ffs.model.Text;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigureArgumentsTest {

  @Test
  void theStepsOwnComeBehindTheDefaults() {
    assertThat(merged(List.of("--host=$FFS_TARGET", "--disable-nls"), List.of("--enable-cxx")))
        .containsExactly("--host=$FFS_TARGET", "--disable-nls", "--enable-cxx");
  }

  @ParameterizedTest
  @CsvSource({
    "--disable-static, --enable-static",
    "--enable-static, --enable-static=libgcc",
    "--with-zlib=/usr, --without-zlib",
    "--sysconfdir=/etc, --sysconfdir=/usr/etc",
    "CFLAGS=-O2, CFLAGS=-O1",
    "ac_cv_func_malloc=yes, ac_cv_func_malloc=no",
  })
  void aStepsArgumentTakesThePlaceOfTheDefaultsAboutTheSame(String given, String own) {
    assertThat(merged(List.of(given, "--disable-nls"), List.of(own)))
        .containsExactly("--disable-nls", own);
  }

  @ParameterizedTest
  @CsvSource({
    "--disable-static, --enable-static-pie",
    "--with-zlib, --enable-zlib",
    "--host=a, --build=a",
    "host=a, --host=a",
    "$FFS_TARGET, --target=$FFS_TARGET",
  })
  void argumentsAboutSomethingElseStay(String given, String own) {
    assertThat(merged(List.of(given), List.of(own))).containsExactly(given, own);
  }

  @Test
  void aStepMaySayTheSameTwice() {
    assertThat(merged(List.of(), List.of("--with-a=1", "--with-a=2")))
        .containsExactly("--with-a=1", "--with-a=2");
  }

  private static List<String> merged(List<String> defaults, List<String> own) {
    return ConfigureArguments.merged(texts(defaults), texts(own)).stream()
        .map(Text::value)
        .toList();
  }

  private static List<Text> texts(List<String> values) {
    return Fixtures.texts(values.toArray(String[]::new));
  }
}
