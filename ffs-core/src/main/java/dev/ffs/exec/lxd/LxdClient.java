package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.lxd.LxdContainer.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes, finds, keeps and removes LXD containers and their images, by the client program {@code
 * lxc}.
 *
 * <p>Names are those that {@code lxc} knows, without a server: the client puts its own in front. It
 * works in the project that {@code lxc project switch} chose. No call waits for ever; each method
 * throws {@link LxdException} where LXD is missing, does not answer, refuses or takes too long, and
 * the message says what to do. Several threads may use one client at once.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdClient {

  /** What an alias ends in while its image is being made. */
  static final String UNFINISHED = ".unfinished";

  private static final Pattern ALREADY_THERE = Pattern.compile("already exists: ([0-9a-f]{64})\\b");

  private static final Duration QUICK = Duration.ofSeconds(60);
  // What unpacks or packs a whole root, on a slow disk.
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration STOPPING = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 250;
  private static final int GRACE_SECONDS = 10;

  private final @Nullable String remote;
  private final Cancellation cancellation;
  private final Lxc lxc;
  // Asks what happened when somebody has just been cancelled.
  private final Lxc inquiry;

  /**
   * Makes a client whose calls nobody cancels.
   *
   * @param remote the server, by its name in {@code lxc remote list}, or null for the one that
   *     {@code lxc} uses by itself
   */
  public LxdClient(@Nullable String remote) {
    this(remote, new Cancellation());
  }

  /**
   * Makes a client.
   *
   * @param remote the server, by its name in {@code lxc remote list}, or null for the one that
   *     {@code lxc} uses by itself
   * @param cancellation ends a call that waits, which then throws {@link LxdException}
   */
  public LxdClient(@Nullable String remote, Cancellation cancellation) {
    this(remote, cancellation, "lxc", System.getenv());
  }

  LxdClient(
      @Nullable String remote,
      Cancellation cancellation,
      String program,
      Map<String, String> environment) {
    if (remote != null && !remote.matches("[^\\s:/-][^\\s:/]*")) {
      throw new IllegalArgumentException("not the name of an LXD server: '" + remote + "'");
    }
    this.remote = remote;
    this.cancellation = cancellation;
    this.lxc = new Lxc(program, environment, cancellation);
    this.inquiry = new Lxc(program, environment, new Cancellation());
  }

  /**
   * Splits what {@code LXD_LAUNCH_EXTRA_ARGS} holds into arguments, as a shell does; nothing is
   * expanded.
   *
   * @param text the variable's value
   * @return arguments for {@link #launch}
   * @throws IllegalArgumentException if a quote does not end
   */
  public static List<String> words(String text) {
    return Words.split(text);
  }

  Lxc lxc() {
    return lxc;
  }

  /** Returns what ends its calls. */
  Cancellation cancellation() {
    return cancellation;
  }

  /** Returns a name as {@code lxc} is told it. */
  String reference(String name) {
    return remote == null ? name : remote + ":" + name;
  }

  // Images

  /**
   * Lists images.
   *
   * @param prefix what their aliases begin with
   * @return one for each alias, the newest first; without those that are only being made
   */
  public List<LxdImage> images(String prefix) {
    List<LxdImage> found = new ArrayList<>();
    for (LxdImage image : allImages()) {
      if (image.alias().startsWith(prefix) && !image.alias().endsWith(UNFINISHED)) {
        found.add(image);
      }
    }
    found.sort(Comparator.comparing(LxdImage::created).reversed());
    return List.copyOf(found);
  }

  /**
   * Finds an image.
   *
   * @param alias its name
   * @return the image, if there is one of that name
   */
  public Optional<LxdImage> image(String alias) {
    return allImages().stream().filter(image -> image.alias().equals(alias)).findFirst();
  }

  private List<LxdImage> allImages() {
    List<String> arguments = new ArrayList<>(List.of("image", "list", "--format", "json"));
    if (remote != null) {
      arguments.add(remote + ":");
    }
    List<LxdImage> found = new ArrayList<>();
    for (Map<?, ?> image : json(arguments)) {
      for (Map<?, ?> alias : Json.objects(image.get("aliases"))) {
        found.add(
            new LxdImage(
                Json.text(alias, "name"),
                Json.text(image, "fingerprint"),
                Json.texts(image, "properties"),
                instant(arguments, Json.text(image, "uploaded_at"))));
      }
    }
    return found;
  }

  /**
   * Removes an image with all its names. One that is not there is removed already.
   *
   * @param fingerprint its fingerprint
   */
  public void deleteImage(String fingerprint) {
    remove(List.of("image", "delete", reference(fingerprint)), "image not found");
  }

  /**
   * Removes images, also those of which a build that was killed has only made a part.
   *
   * @param prefix what their aliases begin with
   */
  public void deleteImages(String prefix) {
    allImages().stream()
        .filter(image -> image.alias().startsWith(prefix))
        .map(LxdImage::fingerprint)
        .distinct()
        .forEach(this::deleteImage);
  }

  // Containers

  /**
   * Makes a container and waits until commands run in it.
   *
   * <p>It may hold containers itself ({@code security.nesting}), without which a build has no
   * mounts of its own there. If it cannot be started it is removed again.
   *
   * @param image an image's alias or fingerprint; with the name of another server and a colon in
   *     front, it comes from there
   * @param name the container's name, which is free
   * @param extraArgs arguments for {@code lxc launch}, such as {@code -p default -n lxdbr0} or
   *     {@code --target MEMBER}
   * @param config settings of the container, such as {@code user.key}
   * @return the running container
   */
  public LxdContainer launch(
      String image, String name, List<String> extraArgs, Map<String, String> config) {
    String imageReference = requireImage(image);
    Map<String, String> settings = new TreeMap<>(config);
    settings.putIfAbsent("security.nesting", "true");
    List<String> arguments =
        new ArrayList<>(List.of("launch", "--quiet", imageReference, reference(name)));
    settings.forEach((key, value) -> arguments.addAll(List.of("-c", key + "=" + value)));
    arguments.addAll(extraArgs);
    boolean wasThere = container(name).isPresent();
    Lxc.Output output = lxc.tryCall(LONG, arguments);
    if (!output.succeeded()) {
      String advice =
          wasThere
              ? "there is a container of that name: `"
                  + lxc.shown(List.of("delete", "--force", reference(name)))
                  + "` removes it"
              : "what stands in LXD_LAUNCH_EXTRA_ARGS may not fit this LXD: "
                  + lxc.shown(List.of("profile", "list"))
                  + " and "
                  + lxc.shown(List.of("network", "list"))
                  + " show what there is"
                  + removeHalfMade(wasThere, name);
      throw lxc.failure(arguments, output, advice);
    }
    return ready(name);
  }

  private String removeHalfMade(boolean wasThere, String name) {
    if (wasThere || container(name).isEmpty()) {
      return "";
    }
    List<String> log = List.of("info", "--show-log", reference(name));
    Lxc.Output output = lxc.tryCall(QUICK, log);
    remove(List.of("delete", "--force", reference(name)), "not found");
    return output.out().isEmpty() ? "" : "\n" + String.join("\n", output.out());
  }

  /**
   * Makes sure that there is an image to make containers of.
   *
   * @param name alias or fingerprint, with the name of another server in front or not
   * @return its name as {@code lxc} is told it
   */
  String requireImage(String name) {
    String image = name.contains(":") ? name : reference(name);
    List<String> arguments = List.of("image", "info", image);
    Lxc.Output output = lxc.tryCall(QUICK, arguments);
    if (!output.succeeded()) {
      throw lxc.failure(
          arguments,
          output,
          "there is no image "
              + image
              + " to make containers of; import one (`lxc image import META.tar.xz ROOTFS.tar.xz"
              + " --alias "
              + image
              + "`, or `lxc image copy SERVER:IMAGE local: --alias "
              + image
              + "`), or name another in LXD_FFS_SOURCE_IMAGE; `"
              + lxc.shown(List.of("image", "list"))
              + "` shows those that are there");
    }
    return image;
  }

  /**
   * Finds a container.
   *
   * @param name its name
   * @return the container as it is now, if it is there
   */
  public Optional<LxdContainer> container(String name) {
    return container(lxc, name);
  }

  private Optional<LxdContainer> container(Lxc caller, String name) {
    List<String> arguments =
        new ArrayList<>(List.of("list", "--format", "json", "--columns", "ns"));
    if (remote != null) {
      arguments.add(remote + ":");
    }
    arguments.add("^" + name + "$");
    for (Map<?, ?> container : json(caller, arguments)) {
      if (Json.text(container, "name").equals(name)) {
        return Optional.of(
            new LxdContainer(
                this,
                name,
                Json.text(container, "project"),
                status(Json.text(container, "status"))));
      }
    }
    return Optional.empty();
  }

  private static Status status(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "running" -> Status.RUNNING;
      case "stopped" -> Status.STOPPED;
      case "frozen" -> Status.FROZEN;
      default -> Status.OTHER;
    };
  }

  /**
   * Starts a container and waits until commands run in it. One that runs already is only waited
   * for; one that is frozen goes on.
   *
   * @param container the container
   * @return the container, running
   */
  public LxdContainer start(LxdContainer container) {
    LxdContainer now = again(container);
    if (now.status() != Status.RUNNING) {
      List<String> log = List.of("info", "--show-log", container.reference());
      lxc.call(
          QUICK, "`" + lxc.shown(log) + "` shows why", List.of("start", container.reference()));
    }
    return ready(container.name());
  }

  /**
   * Stops a container, by force if it does not end by itself within some seconds. One that is
   * stopped already stays so.
   *
   * @param container the container
   */
  public void stop(LxdContainer container) {
    if (again(container).status() == Status.STOPPED) {
      return;
    }
    List<String> gently =
        List.of("stop", "--timeout", Integer.toString(GRACE_SECONDS), container.reference());
    if (!lxc.tryCall(QUICK, gently).succeeded() && again(container).status() != Status.STOPPED) {
      lxc.call(
          QUICK,
          "`" + lxc.shown(List.of("operation", "list")) + "` shows what LXD is doing",
          List.of("stop", "--force", container.reference()));
    }
  }

  /**
   * Ends all processes of a container at once. One that is stopped already stays so.
   *
   * @param container the container
   */
  public void kill(LxdContainer container) {
    List<String> arguments = List.of("stop", "--force", container.reference());
    Lxc.Output output = lxc.tryCall(QUICK, arguments);
    if (!output.succeeded() && again(container).status() != Status.STOPPED) {
      throw lxc.failure(
          arguments,
          output,
          "`" + lxc.shown(List.of("operation", "list")) + "` shows what LXD is doing");
    }
  }

  /**
   * Removes a container with its snapshots, whether it runs or not. One that is not there is
   * removed already. Images made of it stay.
   *
   * @param container the container
   */
  public void delete(LxdContainer container) {
    remove(List.of("delete", "--force", container.reference()), "not found");
  }

  /**
   * Returns a setting of a container.
   *
   * @param container the container
   * @param key its name, such as {@code user.key}
   * @return the value, if it is set
   */
  public Optional<String> config(LxdContainer container, String key) {
    String value =
        String.join(
            "\n",
            lxc.call(
                QUICK,
                "`" + lxc.shown(List.of("list")) + "` shows the containers",
                List.of("config", "get", container.reference(), key)));
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  /**
   * Changes a setting of a container.
   *
   * @param container the container
   * @param key its name; LXD keeps any that begins with {@code user.}
   * @param value the new value; empty takes the setting out
   */
  public void setConfig(LxdContainer container, String key, String value) {
    lxc.call(
        QUICK,
        "`" + lxc.shown(List.of("config", "show", container.reference())) + "` shows its settings",
        List.of("config", "set", container.reference(), key + "=" + value));
  }

  private LxdContainer again(LxdContainer container) {
    return container(container.name())
        .orElseThrow(
            () ->
                new LxdException(
                    "the container "
                        + container
                        + " is not there any more; `"
                        + lxc.shown(List.of("list"))
                        + "` shows those that are",
                    null));
  }

  /** Waits until commands run in a container. */
  private LxdContainer ready(String name) {
    long end = System.nanoTime() + READY.toNanos();
    List<String> probe =
        List.of(
            "exec", reference(name), "--mode", "non-interactive", "--", "/bin/sh", "-c", "exit 0");
    while (true) {
      Lxc.Output output = lxc.tryCall(QUICK, probe);
      if (output.succeeded()) {
        return container(name)
            .orElseThrow(
                () -> new LxdException("the container " + reference(name) + " vanished", null));
      }
      if (System.nanoTime() > end) {
        throw lxc.failure(
            probe,
            output,
            "no command runs in the container "
                + READY.toSeconds()
                + " s after it was started; it needs /bin/sh; `"
                + lxc.shown(List.of("info", "--show-log", reference(name)))
                + "` shows more");
      }
      pause();
    }
  }

  // Snapshots

  /**
   * Keeps a container as it is: as a snapshot, and as an image of which others can be made. What
   * had their names before is replaced; whatever goes wrong, and whenever, either the old image or
   * the new one is there under the alias.
   *
   * @param container the container, which may run
   * @param snapshotName the snapshot's name, such as that of a phase
   * @param alias the image's name
   * @param properties what {@link LxdImage#properties} says later
   * @return the image
   */
  public LxdImage snapshotImage(
      LxdContainer container, String snapshotName, String alias, Map<String, String> properties) {
    if (snapshotName.isEmpty() || snapshotName.contains("/")) {
      throw new IllegalArgumentException("not the name of a snapshot: '" + snapshotName + "'");
    }
    String space =
        "`" + lxc.shown(List.of("storage", "list")) + "` shows where LXD keeps it; is that full?";
    lxc.call(LONG, space, List.of("snapshot", container.reference(), snapshotName, "--reuse"));
    String unfinished = alias + UNFINISHED;
    dropAlias(unfinished);
    List<String> publish =
        new ArrayList<>(List.of("publish", "--quiet", container.reference() + "/" + snapshotName));
    // To compress it takes ten times as long as to write it, and it is to be unpacked soon.
    publish.addAll(List.of("--compression", "none"));
    if (remote != null) {
      publish.add(remote + ":");
    }
    publish.addAll(List.of("--alias", unfinished));
    new TreeMap<>(properties).forEach((key, value) -> publish.add(key + "=" + value));
    publish(publish, unfinished, space);
    LxdImage made =
        image(unfinished)
            .orElseThrow(
                () ->
                    new LxdException(
                        "`" + lxc.shown(publish) + "` succeeded, but there is no such image",
                        null));
    Optional<LxdImage> old = image(alias);
    if (old.isPresent()) {
      point(container, alias, made.fingerprint());
    } else {
      createAlias(alias, made.fingerprint());
    }
    dropAlias(unfinished);
    if (old.isPresent() && !old.get().fingerprint().equals(made.fingerprint())) {
      deleteIfNameless(old.get().fingerprint());
    }
    return new LxdImage(alias, made.fingerprint(), made.properties(), made.created());
  }

  private void publish(List<String> arguments, String alias, String advice) {
    Lxc.Output output = lxc.tryCall(LONG, arguments);
    if (output.succeeded()) {
      return;
    }
    Matcher twin = ALREADY_THERE.matcher(output.complaint());
    if (!twin.find()) {
      throw lxc.failure(arguments, output, advice);
    }
    // Nothing has changed since it was kept last, to the last bit: another name will do.
    createAlias(alias, twin.group(1));
  }

  private void createAlias(String alias, String fingerprint) {
    lxc.call(
        QUICK,
        "`" + lxc.shown(List.of("image", "alias", "list")) + "` shows what there is",
        List.of("image", "alias", "create", reference(alias), fingerprint));
  }

  /**
   * Lets an alias name another image, in one step, which no command of lxc's own does. By PUT: LXD
   * 5.0.2 never ends a PATCH of an alias, as it waits for itself.
   */
  private void point(LxdContainer container, String alias, String fingerprint) {
    String path = "/1.0/images/aliases/" + alias + "?project=" + container.project();
    lxc.call(
        QUICK,
        "`" + lxc.shown(List.of("image", "alias", "list")) + "` shows what there is",
        List.of(
            "query",
            "-X",
            "PUT",
            "-d",
            "{\"target\":\"" + fingerprint + "\",\"description\":\"\"}",
            reference(path)));
  }

  /** Takes a name away, and the image with it if it has no other. */
  private void dropAlias(String alias) {
    Optional<LxdImage> image = image(alias);
    if (image.isPresent()) {
      remove(List.of("image", "alias", "delete", reference(alias)), "not found");
      deleteIfNameless(image.get().fingerprint());
    }
  }

  private void deleteIfNameless(String fingerprint) {
    if (allImages().stream().noneMatch(image -> image.fingerprint().equals(fingerprint))) {
      deleteImage(fingerprint);
    }
  }

  // What is wrong

  /**
   * Says, for a person, why there is no way to a container, and what to do. Throws nothing. Takes
   * some seconds where nothing is wrong.
   */
  String whatIsWrongWith(LxdContainer container) {
    try {
      Optional<LxdContainer> now = container(inquiry, container.name());
      // One that is being stopped has no commands any more, but runs until all of it is over.
      long end = System.nanoTime() + STOPPING.toNanos();
      while (now.isPresent() && now.get().status() == Status.RUNNING && System.nanoTime() < end) {
        pause();
        now = container(inquiry, container.name());
      }
      if (now.isEmpty()) {
        return "the container is not there any more; the next build makes a new one";
      }
      return switch (now.get().status()) {
        case STOPPED ->
            "the container was stopped; `"
                + lxc.shown(List.of("start", container.reference()))
                + "` starts it, as the next build does";
        case FROZEN ->
            "the container is frozen; `"
                + lxc.shown(List.of("start", container.reference()))
                + "` lets it go on";
        default ->
            "the container runs, so lxc was ended, or its connection to LXD was cut; run the build"
                + " again";
      };
    } catch (LxdException e) {
      return String.valueOf(e.getMessage());
    }
  }

  // Calls

  private void remove(List<String> arguments, String notThere) {
    Lxc.Output output = lxc.tryCall(LONG, arguments);
    if (!output.succeeded() && !output.complaint().toLowerCase(Locale.ROOT).contains(notThere)) {
      throw lxc.failure(
          arguments,
          output,
          "something may still use it: see `" + lxc.shown(List.of("list")) + "`");
    }
  }

  private List<Map<?, ?>> json(List<String> arguments) {
    return json(lxc, arguments);
  }

  private List<Map<?, ?>> json(Lxc caller, List<String> arguments) {
    List<String> lines = caller.call(QUICK, "is this lxc older than LXD 4?", arguments);
    try {
      // One line, which comes in pieces if it is long.
      return Json.objects(Json.parse(String.join("", lines)));
    } catch (IllegalArgumentException e) {
      throw misunderstood(arguments, e);
    }
  }

  private Instant instant(List<String> arguments, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw misunderstood(arguments, e);
    }
  }

  private LxdException misunderstood(List<String> arguments, Exception cause) {
    return new LxdException(
        "`"
            + lxc.shown(arguments)
            + "` printed what this program does not understand: "
            + cause.getMessage(),
        cause);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LxdException("interrupted while waiting for a container", e);
    }
  }
}
