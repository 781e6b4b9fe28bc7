package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ContainerToolsTest {

  @Test
  void everyToolThatIsLookedForHasItsPackages() {
    List<String> looked = new ArrayList<>();
    Matcher need =
        Pattern.compile("^(?:has ifconfig \\|\\| )?need ([^ ()]+) ", Pattern.MULTILINE)
            .matcher(Scripts.read("tools.sh"));
    while (need.find()) {
      looked.add(need.group(1));
    }

    assertThat(looked).hasSize(18);
    assertThat(ContainerTools.PACKAGES).containsOnlyKeys(looked);
    assertThat(ContainerTools.PACKAGES.values()).allMatch(names -> names.size() == 5);
  }
}
