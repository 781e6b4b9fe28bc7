package dev.ffs.exec.lxd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ffs.exec.Cancellation;
import dev.ffs.fixtures.Jvm;
import dev.ffs.fixtures.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A daemon of a test's own, which it may kill without disturbing anybody, with an image of busybox
 * alone.
 */
final class PrivateLxd {

  static final String IMAGE = "busybox";

  private final Path directory;
  private final Map<String, String> environment = new HashMap<>(System.getenv());
  private Process daemon;

  /**
   * Starts it.
   *
   * @param directory an empty directory
   */
  PrivateLxd(Path directory) throws IOException, InterruptedException {
    Tools.require("lxd");
    Tools.require("busybox");
    assertThat(Jvm.isRoot()).as("only root starts a daemon").isTrue();
    this.directory = directory;
    // Processes of containers, which have other numbers, pass through.
    call(Path.of("/"), "chmod", "711", directory.toString());
    environment.put("LXD_DIR", Files.createDirectory(directory.resolve("lxd")).toString());
    start();
    call(
        Path.of("/"),
        "sh",
        "-c",
        "lxc storage create default dir && lxc profile device add default root disk path=/"
            + " pool=default");
    makeImage(Files.createDirectory(directory.resolve("image")));
  }

  private void makeImage(Path image) throws IOException, InterruptedException {
    call(
        image,
        "sh",
        "-euc",
        """
        mkdir root
        cd root
        mkdir bin sbin proc sys dev tmp root etc
        cp "$(command -v busybox)" bin/busybox
        for program in $(bin/busybox --list); do
          [ "$program" = busybox ] || ln -s busybox "bin/$program"
        done
        printf '%s\\n' '#!/bin/sh' 'trap "exit 0" TERM PWR INT' \
          'while :; do sleep 3600 & wait $!; done' >sbin/init
        chmod 755 sbin/init
        cd ..
        printf '%s\\n' "architecture: $(uname -m)" 'creation_date: 1' >metadata.yaml
        tar -cf metadata.tar metadata.yaml
        tar -C root --owner 0 --group 0 -cf root.tar .
        lxc image import metadata.tar root.tar --alias busybox
        """);
  }

  /** Starts the daemon, or starts it again, and waits until it answers. */
  void start() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("lxd", "--group", "root")
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("daemon.log").toFile()));
    builder.environment().putAll(environment);
    daemon = builder.start();
    call(Path.of("/"), "lxd", "waitready", "--timeout=60");
  }

  /** Kills the daemon; its containers go on. */
  void kill() throws InterruptedException {
    daemon.destroyForcibly();
    assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  LxdClient client() {
    return new LxdClient(null, new Cancellation(), "lxc", environment);
  }

  /** Removes its containers and ends it. */
  void close() throws IOException, InterruptedException {
    if (!daemon.isAlive()) {
      start();
    }
    call(
        Path.of("/"),
        "sh",
        "-c",
        "for name in $(lxc list --format csv --columns n); do lxc delete --force \"$name\"; done;"
            + " lxd shutdown --timeout 60");
    assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
    // What a daemon that was killed leaves mounted.
    call(
        Path.of("/"),
        "sh",
        "-c",
        "for mount in shmounts devlxd; do while mountpoint -q \"$LXD_DIR/$mount\"; do umount"
            + " \"$LXD_DIR/$mount\"; done; done");
  }

  private void call(Path where, String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + output).isZero();
  }
}
