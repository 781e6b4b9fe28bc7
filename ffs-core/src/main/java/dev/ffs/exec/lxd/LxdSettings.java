package dev.ffs.exec.lxd;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * How containers for builds are made. The names and defaults of the variables are those of the
 * {@code ffs} script of Funtoo From Scratch in Python (ci/lxd-baremetal/bin/ffs).
 *
 * @param launchArguments further words for {@code lxc launch}
 * @param sourceImage alias of the image that a build begins with
 * @param networkInterface the interface whose address is waited for when something must be
 *     installed
 * @param remote name of the server, as {@code lxc remote list} has it, or null for the default one
 * @param member cluster member that is to run the container, or null if the cluster decides
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LxdSettings(
    List<String> launchArguments,
    String sourceImage,
    String networkInterface,
    @Nullable String remote,
    @Nullable String member) {

  private static final String LAUNCH_ARGUMENTS = "LXD_LAUNCH_EXTRA_ARGS";
  private static final String SOURCE_IMAGE = "LXD_FFS_SOURCE_IMAGE";
  private static final String INTERFACE = "LXD_INTERFACE";

  /** Copies the list. */
  public LxdSettings {
    launchArguments = List.copyOf(launchArguments);
    Objects.requireNonNull(sourceImage, "sourceImage");
    Objects.requireNonNull(networkInterface, "networkInterface");
  }

  /**
   * Reads the variables {@code LXD_LAUNCH_EXTRA_ARGS} (default {@code -p default -n lxdbr0}),
   * {@code LXD_FFS_SOURCE_IMAGE} ({@code funtoo-fchroot}) and {@code LXD_INTERFACE} ({@code eth0});
   * an empty one counts as none.
   *
   * @param environment variables by name
   * @return the settings, for the default server
   * @throws IllegalArgumentException if a quote in {@code LXD_LAUNCH_EXTRA_ARGS} does not end
   */
  public static LxdSettings of(Map<String, String> environment) {
    return new LxdSettings(
        LxdClient.words(variable(environment, LAUNCH_ARGUMENTS, "-p default -n lxdbr0")),
        variable(environment, SOURCE_IMAGE, "funtoo-fchroot"),
        variable(environment, INTERFACE, "eth0"),
        null,
        null);
  }

  /**
   * Returns these settings for a server or a member of a cluster.
   *
   * @param newRemote name of the server, or null for the default one
   * @param newMember name of the member, or null if the cluster decides
   * @return a copy
   */
  public LxdSettings on(@Nullable String newRemote, @Nullable String newMember) {
    return new LxdSettings(launchArguments, sourceImage, networkInterface, newRemote, newMember);
  }

  private static String variable(Map<String, String> environment, String name, String otherwise) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? otherwise : value.strip();
  }
}
