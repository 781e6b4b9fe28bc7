package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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
    String source = images.isEmpty() ? "" : source();
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

  private @Nullable String staleness(LxdImage image, String key, String source) {
    Map<String, String> properties = image.properties();
    if (!key.equals(properties.get(KEY))) {
      return properties.containsKey(KEY)
          ? "what its phase or one before it does has changed since"
          : "it was not made by this program, or by an older version of it";
    }
    return source.equals(properties.get(SOURCE))
        ? null
        : "the image " + settings.sourceImage() + " is another one now, or not there";
  }

  /**
   * Returns what tells the source image from others: its fingerprint, or its name on another
   * server.
   */
  private String source() {
    return client
        .image(settings.sourceImage())
        .map(LxdImage::fingerprint)
        .orElse(settings.sourceImage());
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

  /**
   * Deletes the snapshots of all phases, also of phases that the recipe has no more.
   *
   * @throws LxdException also if another build is at work in that container
   */
  public void deleteSnapshots() {
    client.container(name).ifPresent(this::refuseIfBusy);
    client.deleteImages(name + "-");
  }

  /**
   * Begins in a new container, and removes that of the build before.
   *
   * @param from what to go on from, or empty to begin with the source image
   * @param emulators architectures, as QEMU names them, whose programs will run there
   * @param progress is told what is being done, line by line
   * @return runs commands in the container, and keeps it as an image after each phase; closing it
   *     stops the container, which stays for people to look into
   * @throws LxdException also if another build is at work in that container, or if it lacks what a
   *     build needs and that cannot be installed
   */
  public Executor begin(
      Optional<LxdSnapshot> from, Set<String> emulators, Consumer<String> progress) {
    Optional<LxdContainer> before = client.container(name);
    before.ifPresent(this::refuseIfBusy);
    // Before anything is removed: what the build before left may be all that there is to look into.
    String image = from.map(LxdSnapshot::fingerprint).orElse(settings.sourceImage());
    client.requireImage(image);
    String source = source();
    before.ifPresent(client::delete);
    List<String> arguments = new ArrayList<>(settings.launchArguments());
    if (settings.member() != null) {
      arguments.addAll(List.of("--target", settings.member()));
    }
    progress.accept(
        "launching container %s from image %s"
            .formatted(name, from.map(LxdSnapshot::image).orElse(image)));
    try {
      LxdContainer made = client.launch(image, name, arguments, Map.of(OWNER, ownMark()));
      progress.accept("looking for what a build needs there, and installing what is missing");
      made.provision(settings.networkInterface());
      LxdExecutor executor = new LxdExecutor(made, new Own(made, source));
      emulators.forEach(arch -> bringEmulator(executor, arch));
      return executor;
    } catch (RuntimeException e) {
      try {
        end();
      } catch (RuntimeException ofEnd) {
        e.addSuppressed(ofEnd);
      }
      throw e;
    }
  }

  /** The emulator is one static file, so that of this machine serves as well. */
  private void bringEmulator(Executor there, String arch) {
    List<String> names = List.of("qemu-" + arch + "-static", "qemu-" + arch);
    List<String> answer = new ArrayList<>();
    ExitStatus has =
        there.run(
            Command.of(
                    "/bin/sh",
                    "-c",
                    "uname -m; command -v " + String.join(" || command -v ", names))
                .withEnvironment(Map.of("PATH", String.join(":", PROGRAMS))),
            (channel, line) -> answer.add(line),
            cancellation);
    String machine = answer.isEmpty() ? "unknown" : answer.get(0);
    if (has.succeeded() || machine.equals(arch)) {
      return;
    }
    if (!machine.equals(ownMachine())) {
      throw new LxdException(
          "the container %s (%s) has no %s, which programs of %s run under, and that of this machine (%s) does not run there; install qemu-user-static in the image"
              .formatted(name, machine, names.get(0), arch, ownMachine()),
          null);
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

  /** The machine's architecture, as uname(1) names it. */
  private static String ownMachine() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  /** Keeps the container after each phase, and stops it in the end. */
  private final class Own implements LxdExecutor.Owner {

    private final LxdContainer made;
    private final String source;

    Own(LxdContainer made, String source) {
      this.made = made;
      this.source = source;
    }

    @Override
    public String keep(String phase, String key) {
      Map<String, String> properties = Map.of(KEY, key, SOURCE, source);
      return client.snapshotImage(made, phase, imageName(phase), properties).alias();
    }

    @Override
    public boolean has(String phase, String key) {
      return client
          .image(imageName(phase))
          .filter(image -> staleness(image, key, source) == null)
          .isPresent();
    }

    @Override
    public void end() {
      LxdBuild.this.end();
    }
  }

  /** Stops the container and gives it free, if it is this build's. */
  private void end() {
    // Not by the client that may have been cancelled.
    Optional<LxdContainer> own =
        uncancelled
            .container(name)
            .filter(there -> uncancelled.config(there, OWNER).equals(Optional.of(ownMark())));
    if (own.isPresent()) {
      try {
        // Nothing in it needs to be told, and what is to be kept is kept already.
        uncancelled.kill(own.get());
      } finally {
        uncancelled.setConfig(own.get(), OWNER, "");
      }
    }
  }

  /**
   * Enters the container that the last build has left.
   *
   * @return runs commands there; no build begins in it until that is closed, which stops it
   * @throws LxdException also if there is none, or a build is at work in it
   */
  public Executor enter() {
    LxdContainer left =
        client
            .container(name)
            .orElseThrow(
                () ->
                    new LxdException(
                        "there is no container " + name + ": no build in LXD has left one", null));
    refuseIfBusy(left);
    client.setConfig(left, OWNER, ownMark());
    return new LxdExecutor(client.start(left), new Own(left, source()));
  }

  private void refuseIfBusy(LxdContainer there) {
    Optional<String> owner = client.config(there, OWNER);
    if (owner.isEmpty() || !mayBeAlive(owner.get())) {
      return;
    }
    String[] words = owner.get().split(" ", -1);
    throw new LxdException(
        "another build, or a shell, is in the container %s: process %s on %s. Wait for its end, or stop it;"
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
    return start(words[1]).equals(Optional.of(words[2]));
  }

  private static String ownMark() {
    String pid = Long.toString(ProcessHandle.current().pid());
    return host() + " " + pid + " " + start(pid).orElseThrow();
  }

  /**
   * Tells when a process began, by the kernel's own count since it was started (proc(5), field 22).
   */
  private static Optional<String> start(String pid) {
    try {
      String stat = read(Path.of("/proc", pid, "stat"));
      // The second field is a name that may hold spaces and brackets.
      String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(read(Path.of("/proc/sys/kernel/random/boot_id")) + ":" + rest[19]);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new LxdException("cannot find out about process " + pid + ": " + e, e);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
  }

  private static String host() {
    try {
      return read(Path.of("/proc/sys/kernel/hostname")).replace(' ', '-');
    } catch (IOException e) {
      throw new LxdException("cannot read this machine's name: " + e, e);
    }
  }
}
