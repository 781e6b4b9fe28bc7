package dev.ffs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.store.Manifest.Entry;
import dev.ffs.store.Manifest.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

  private static Entry file(int mode, String sha256, String path) {
    return new Entry(Kind.FILE, mode, 7, sha256, path);
  }

  private static Entry link(String target, String path) {
    return new Entry(Kind.SYMBOLIC_LINK, 0, 0, target, path);
  }

  private static Manifest of(Entry... entries) {
    return new Manifest(List.of(entries));
  }

  @Test
  void itsTextIsALinePerEntry() {
    Manifest manifest =
        of(
            new Entry(Kind.DIRECTORY, 01777, 0, "", "tmp"),
            file(04755, "abc", "tmp/su"),
            link("../a\tb", "tmp/x\ny"));

    assertThat(manifest.toText())
        .isEqualTo(
            "DIRECTORY\t1777\t0\t\ttmp\n"
                + "FILE\t4755\t7\tabc\ttmp/su\n"
                + "SYMBOLIC_LINK\t0\t0\t../a\\tb\ttmp/x\\ny\n");
    // Another digest makes every layer of every store another one.
    assertThat(manifest.digest())
        .isEqualTo("7293e8d14d5b01fbddc47ed5a7476bb23a8cf02fd512deab0bad053ab08d7926");
    assertThat(manifest.bytes()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "a b",
        "a\tb",
        "\t",
        "a\nb",
        "\n",
        "a\r\nb",
        "\r",
        "a\\b",
        "\\",
        "\\n",
        "a\\\\nb\\",
        "d/e",
        "ü",
        "\u2028",
        "\u0085",
        "\uD83D\uDE00",
        "a\u0001b"
      })
  void oddNamesSurvive(String name) {
    Manifest manifest =
        of(
            new Entry(Kind.OPAQUE_DIRECTORY, 0755, 0, "", name),
            link(name, name + "/link"),
            new Entry(Kind.HARD_LINK, 0, 0, name, name + "/second"),
            new Entry(Kind.WHITEOUT, 0, 0, "", name + "/gone"));

    assertThat(Manifest.parse(manifest.toText())).isEqualTo(manifest);
  }

  @Test
  void anEmptyLayerHasAnEmptyManifest() {
    assertThat(of().toText()).isEmpty();
    assertThat(Manifest.parse("")).isEqualTo(of());
  }

  @Test
  void theDigestTellsApartWhatDiffers() {
    List<Manifest> all =
        List.of(
            of(),
            of(file(0755, "abc", "a")),
            of(file(04755, "abc", "a")),
            of(file(0755, "abd", "a")),
            of(file(0755, "abc", "b")),
            of(new Entry(Kind.FILE, 0755, 8, "abc", "a")),
            of(link("abc", "a")),
            of(link("abd", "a")),
            of(new Entry(Kind.DIRECTORY, 0, 0, "", "a")),
            of(new Entry(Kind.OPAQUE_DIRECTORY, 0, 0, "", "a")),
            of(new Entry(Kind.WHITEOUT, 0, 0, "", "a")),
            of(link("b\tc", "a")),
            of(link("b", "c\ta")),
            of(link("b\\tc", "a")));

    assertThat(all).extracting(Manifest::digest).doesNotHaveDuplicates();
    assertThat(of(file(0755, "abc", "a")).digest()).isEqualTo(all.get(1).digest());
  }

  @Test
  void whatTheListHoldsLaterIsNotItsBusiness() {
    List<Entry> entries = new ArrayList<>();
    Manifest manifest = new Manifest(entries);
    entries.add(file(0, "", "a"));

    assertThat(manifest.entries()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FILE\t755\t0\t\ta", // the line end is missing: a write that was cut short
        "FILE\t755\t0\ta\n",
        "FILE\t755\t0\t\ta\tb\n",
        "file\t755\t0\t\ta\n",
        "FILE\t799\t0\t\ta\n",
        "FILE\t755\tmany\t\ta\n",
        "FILE\t755\t0\t\t\n",
        "FILE\t755\t0\t\t/a\n",
        "FILE\t755\t0\t\ta\\x\n",
        "FILE\t755\t0\t\ta\\\n",
        "\u0000\u0000\n",
        "\n"
      })
  void whatIsNoManifestIsRefused(String text) {
    assertThatThrownBy(() -> Manifest.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itSaysWhatIsWrong() {
    assertThatThrownBy(() -> Manifest.parse("FILE")).hasMessage("the manifest is cut short");
    assertThatThrownBy(() -> Manifest.parse("FILE\n")).hasMessage("not a line of a manifest: FILE");
    assertThatThrownBy(() -> Manifest.parse("FILE\t0\t0\t\ta\\q\n"))
        .hasMessage("not an escape: \\q");
    assertThatThrownBy(() -> Manifest.parse("FILE\t0\t0\t\ta\\\n"))
        .hasMessage("an escape is cut short: a\\");
    assertThatThrownBy(() -> file(0, "", "/etc")).hasMessage("not a path of a layer: '/etc'");
  }
}
