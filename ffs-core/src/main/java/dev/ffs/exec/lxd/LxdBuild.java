package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The container of one build: what an earlier build has left of it, what can be gone on from, and
 * how it begins and ends.
 *
 * <p>Its name is made of user, target and recipe, so builds of other recipes, for other targets or
 * by other users do not meet. A build begins in a new container; that of the build before stays
 * until then, stopped, for people to look into. When a phase has finished, the container is kept as
 * an image, which is called like the container with the phase behind it.
 *
 * <p>Each method throws {@link LxdException} where LXD is missing, refuses or takes too long.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdBuild {

  /** Property of an image: digest of what the plan says of the phase and of those before it. */
  private static final String KEY = "ffs.key";

  /** Property of an image: fingerprint of the image that the first phase began with. */
  private static final String SOURCE = "ffs.source";

  /** Setting of a container: which process builds in it, as host, process and its start. */
  private static final String OWNER = "user.ffs.owner";

  /** Where the enclosure looks for emulators. */
  private static final List<String> PROGRAMS = List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin");

  /** RFC 1123's bound, which LXD keeps. */
  private static final int LONGEST_NAME = 63;

  private final LxdSettings settings;
  private final LxdClient client;
  private final LxdClient uncancelled;
  private final Cancellation cancellation;
  private final String name;

  private LxdBuild(
      LxdSettings settings,
      LxdClient client,
      LxdClient uncancelled,
      Cancellation cancellation,
      String name) {
    this.settings = settings;
    this.client = client;
    this.cancellation = cancellation;
    this.uncancelled = uncancelled;
    this.name = name;
  }

  /**
   * Returns the container of a build. Nothing is made yet.
   *
   * @param settings where and how containers are made
   * @param user who builds
   * @param target id of the target
   * @param recipe id of the recipe
   * @param cancellation ends calls of LXD that wait
   * @return the container of this build
   * @throws IllegalArgumentException if the name made of these is too long for a container
   */
  public static LxdBuild of(
      LxdSettings settings, String user, String target, String recipe, Cancellation cancellation) {
    // Names of containers are host names.
    String name =
        ("ffs-" + user + "-" + target + "-" + recipe + "-test").replaceAll("[^A-Za-z0-9-]", "-");
    if (name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "the name of the container would be longer than %d characters: %s"
              .formatted(LONGEST_NAME, name));
    }
    return new LxdBuild(
        settings,
        new LxdClient(settings.remote(), cancellation),
        new LxdClient(settings.remote()),
        cancellation,
        name);
  }

  /**
   * Returns the name of the container.
   *
   * @return {@code ffs-USER-TARGET-RECIPE-test}
   */
  public String name() {
    return name;
  }

  /**
   * Lists what can be gone on from.
   *
   * @param keys id of each phase to its key now, in the order of the phases
   * @return a snapshot for each phase that has one, the last phase first; those that are stale too
   */
  public List<LxdSnapshot> snapshots(Map<String, String> keys) {
    Map<String, LxdImage> images = new HashMap<>();
    client.images(name + "-").forEach(image -> images.put(image.alias(), image));
    Optional<LxdImage> source = images.isEmpty() ? Optional.empty() : source();
    List<LxdSnapshot> found = new ArrayList<>();
    keys.forEach(
        (phase, key) -> {
          LxdImage image = images.get(imageName(phase));
          if (image != null) {
            found.add(
                new LxdSnapshot(
                    phase,
                    image.alias(),
                    image.fingerprint(),
                    image.created(),
                    staleness(image, key, source)));
          }
        });
    Collections.reverse(found);
    return List.copyOf(found);
  }

  private @Nullable String staleness(LxdImage image, String key, Optional<LxdImage> source) {
    Map<String, String> properties = image.properties();
    if (!key.equals(properties.get(KEY))) {
      return properties.containsKey(KEY)
          ? "what its phase or one before it does has changed since"
          : "it was not made by this program, or by an older version of it";
    }
    boolean otherSource =
        source.isPresent() && !source.get().fingerprint().equals(properties.get(SOURCE));
    return otherSource ? "the image " + settings.sourceImage() + " is another one now" : null;
  }

  private Optional<LxdImage> source() {
    return client.image(settings.sourceImage());
  }

  private String imageName(String phase) {
    return name + "-" + phase;
  }

  /**
   * Deletes a snapshot.
   *
   * @param snapshot the snapshot
   */
  public void delete(LxdSnapshot snapshot) {
    client.deleteImage(snapshot.fingerprint());
  }

  /** Deletes the snapshots of all phases, also of phases that the recipe has no more. */
  public void deleteSnapshots() {
    client.deleteImages(name + "-");
  }

  /**
   * Begins in a new container, and removes that of the build before.
   *
   * @param from what to go on from, or empty to begin with the source image
   * @param emulators architectures, as QEMU names them, whose programs will run there
   * @return runs commands in the container, and keeps it as an image after each phase; closing it
   *     stops the container, which stays for people to look into
   * @throws LxdException also if another build is at work in that container, or if it lacks what a
   *     build needs and that cannot be installed
   */
  public Executor begin(Optional<LxdSnapshot> from, Set<String> emulators) {
    Optional<LxdContainer> before = client.container(name);
    if (before.isPresent()) {
      refuseIfBusy(before.get());
      client.delete(before.get());
    }
    List<String> arguments = new ArrayList<>(settings.launchArguments());
    if (settings.member() != null) {
      arguments.addAll(List.of("--target", settings.member()));
    }
    String image = from.map(LxdSnapshot::fingerprint).orElse(settings.sourceImage());
    LxdContainer made = client.launch(image, name, arguments, Map.of(OWNER, ownMark()));
    String source = source().map(LxdImage::fingerprint).orElse("");
    LxdExecutor.Owner owner = new Phases(made, source);
    LxdExecutor executor = new LxdExecutor(made, owner);
    try {
      made.provision(settings.networkInterface());
      emulators.forEach(arch -> bringEmulator(executor, arch));
    } catch (RuntimeException e) {
      try {
        owner.end();
      } catch (RuntimeException ofEnd) {
        e.addSuppressed(ofEnd);
      }
      throw e;
    }
    return executor;
  }

  /** The emulator is one static file, so that of this machine serves as well. */
  private void bringEmulator(Executor there, String arch) {
    List<String> names = List.of("qemu-" + arch + "-static", "qemu-" + arch);
    ExitStatus has =
        there.run(
            Command.of("/bin/sh", "-c", "command -v " + String.join(" || command -v ", names))
                .withEnvironment(Map.of("PATH", String.join(":", PROGRAMS))),
            (channel, line) -> {},
            cancellation);
    if (has.succeeded()) {
      return;
    }
    Path emulator =
        names.stream()
            .flatMap(file -> PROGRAMS.stream().map(directory -> Path.of(directory, file)))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(
                () ->
                    new LxdException(
                        "neither the container %s nor this machine has %s, which programs of %s run"
                                .formatted(name, names.get(0), arch)
                            + " under; install qemu-user-static here or in the image",
                        null));
    there.push(emulator, "/usr/bin/" + names.get(0));
  }

  /** Keeps the container after each phase, and stops it in the end. */
  private final class Phases implements LxdExecutor.Owner {

    private final LxdContainer made;
    private final String source;

    Phases(LxdContainer made, String source) {
      this.made = made;
      this.source = source;
    }

    @Override
    public String keep(String phase, String key) {
      Map<String, String> properties = Map.of(KEY, key, SOURCE, source);
      return client.snapshotImage(made, phase, imageName(phase), properties).alias();
    }

    @Override
    public void end() {
      // Not by the client that may have been cancelled.
      if (uncancelled.container(name).isPresent()) {
        uncancelled.setConfig(made, OWNER, "");
        uncancelled.stop(made);
      }
    }
  }

  /**
   * Enters the container that the last build has left.
   *
   * @return runs commands there; the container stays running
   * @throws LxdException also if there is none
   */
  public Executor enter() {
    LxdContainer left =
        client
            .container(name)
            .orElseThrow(
                () ->
                    new LxdException(
                        "there is no container " + name + ": no build in LXD has left one", null));
    return new LxdExecutor(client.start(left));
  }

  private void refuseIfBusy(LxdContainer there) {
    Optional<String> owner = client.config(there, OWNER);
    if (owner.isEmpty() || !mayBeAlive(owner.get())) {
      return;
    }
    String[] words = owner.get().split(" ", -1);
    throw new LxdException(
        "another build is at work in the container %s: process %s on %s. Wait for its end, or stop it;"
                .formatted(there, words[1], words[0])
            + " if it is gone, `lxc delete --force %s` lets this one begin".formatted(there),
        null);
  }

  /** On another machine nobody can tell, so there it may be. */
  private static boolean mayBeAlive(String owner) {
    String[] words = owner.split(" ", -1);
    if (words.length != 3 || !words[0].equals(host())) {
      return words.length == 3;
    }
    return ProcessHandle.of(Long.parseLong(words[1]))
        .filter(process -> start(process).equals(words[2]))
        .isPresent();
  }

  private static String ownMark() {
    ProcessHandle own = ProcessHandle.current();
    return host() + " " + own.pid() + " " + start(own);
  }

  private static String start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L).toString();
  }

  private static String host() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8);
      return name.strip().replace(' ', '-');
    } catch (IOException e) {
      throw new LxdException("cannot read this machine's name: " + e, e);
    }
  }
}
