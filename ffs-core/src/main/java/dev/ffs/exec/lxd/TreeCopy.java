package dev.ffs.exec.lxd;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExecutorException;
import dev.ffs.exec.ExecutorException.Reason;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies trees between this machine and a container: a tar here, a tar there, and {@code lxc exec}
 * between them. The POSIX format keeps fractions of a second, and tar all that matters of a tree;
 * {@code lxc file} keeps no modification times and no hard links.
 */
final class TreeCopy {

  // push.sh and pull.sh
  private static final int FAILED_THERE = 113;
  private static final int BROKEN_PIPE = 128 + 13;

  private static final List<String> PACK =
      List.of("tar", "-c", "--format=posix", "--pax-option=delete=atime,delete=ctime", "-f", "-");
  private static final List<String> UNPACK =
      List.of("tar", "-x", "-p", "--no-same-owner", "--warning=no-timestamp", "-f", "-");

  private final LxdContainer container;
  private final Executor executor;

  TreeCopy(LxdContainer container, Executor executor) {
    this.container = container;
    this.executor = executor;
  }

  void push(Path local, String remote) {
    String target = absolute(remote);
    Path source = local.toAbsolutePath();
    Copy copy = new Copy(container.client().lxc(), source.toString(), place(target));
    if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
      throw copy.failure(Reason.FILES, "there is no such file", null);
    }
    Path name = source.getFileName();
    List<String> pack = new ArrayList<>(PACK);
    List<String> unpack = new ArrayList<>();
    if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS) || name == null) {
      pack.addAll(List.of("-C", copy.argument(source), "--", "."));
      unpack.addAll(List.of("ffs-push", "tree", target));
    } else {
      pack.addAll(List.of("-C", copy.argument(parent(source)), "--", "./" + copy.argument(name)));
      int slash = target.lastIndexOf('/');
      unpack.addAll(
          List.of(
              "ffs-push",
              "file",
              target.substring(0, Math.max(1, slash)),
              name.toString(),
              target.substring(slash + 1)));
    }
    Codes codes = copy.pipe(pack, there("push.sh", unpack));
    copy.check(codes.first, codes.second, codes);
  }

  void pull(String remote, Path local) {
    String source = absolute(remote);
    Path target = local.toAbsolutePath();
    Copy copy = new Copy(container.client().lxc(), place(source), target.toString());
    boolean tree = isDirectoryThere(source, copy);
    try {
      Files.createDirectories(parent(target));
      if (tree) {
        if (Files.isSymbolicLink(target)) {
          Files.delete(target);
        }
        Files.createDirectories(target);
        unpackHere(copy, source, ".", target);
      } else {
        int slash = source.lastIndexOf('/');
        String name = source.substring(slash + 1);
        Path fresh = Files.createTempDirectory(parent(target), ".ffs-pull");
        try {
          unpackHere(copy, source.substring(0, Math.max(1, slash)), "./" + name, fresh);
          replace(fresh.resolve(name), target);
        } finally {
          Files.deleteIfExists(fresh.resolve(name));
          Files.delete(fresh);
        }
      }
    } catch (IOException e) {
      throw copy.failure(Reason.FILES, e.toString(), e);
    }
  }

  private void unpackHere(Copy copy, String directory, String member, Path target) {
    List<String> unpack = new ArrayList<>(UNPACK);
    unpack.addAll(List.of("-C", copy.argument(target)));
    Codes codes = copy.pipe(there("pull.sh", List.of("ffs-pull", directory, member)), unpack);
    copy.check(codes.second, codes.first, codes);
  }

  private static void replace(Path from, Path to) throws IOException {
    if (Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new DirectoryNotEmptyException(to + " is a directory");
    }
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isDirectoryThere(String path, Copy copy) {
    List<String> messages = new ArrayList<>();
    ExitStatus status =
        executor.run(
            Command.of(
                "/bin/sh",
                "-c",
                "[ ! -L \"$1\" ] || exit 1; [ ! -d \"$1\" ] || exit 0; [ ! -e \"$1\" ] || exit 1;"
                    + " exit 2",
                "sh",
                path),
            (channel, line) -> messages.add(line),
            new Cancellation());
    if (status.code() > 1) {
      throw copy.failure(
          Reason.FILES, status.code() == 2 ? "there is no such file" : status.toString(), null);
    }
    return status.succeeded();
  }

  private List<String> there(String script, List<String> arguments) {
    List<String> words =
        new ArrayList<>(
            List.of("exec", container.reference(), "--mode", "non-interactive", "--", "sh", "-c"));
    words.add(Scripts.read(script));
    words.addAll(arguments);
    return container.client().lxc().argv(words);
  }

  private String place(String remote) {
    return container + ":" + remote;
  }

  private static String absolute(String remote) {
    if (!remote.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: '" + remote + "'");
    }
    String path = remote;
    while (path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return path;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  /** How the two commands of a pipe ended, and what they said. */
  private record Codes(int first, int second, List<String> messages) {}

  /** One copy, for its messages. */
  private record Copy(Lxc lxc, String from, String to) {

    Codes pipe(List<String> first, List<String> second) {
      List<String> argv = new ArrayList<>(List.of("bash", "-c", Scripts.read("pipe.sh")));
      argv.addAll(List.of("ffs-pipe", Integer.toString(first.size())));
      argv.addAll(first);
      argv.addAll(second);
      List<String> out = new ArrayList<>();
      List<String> err = new ArrayList<>();
      Map<String, String> environment = new HashMap<>(lxc.environment());
      environment.put("LC_ALL", "C");
      ExitStatus status =
          new ProcessRunner()
              .run(
                  new Command(argv, environment, null, null),
                  (channel, line) -> (channel == Channel.STDOUT ? out : err).add(line),
                  new Cancellation());
      String[] codes = out.isEmpty() ? new String[0] : out.get(out.size() - 1).split(" ");
      if (codes.length != 2) {
        throw failure(Reason.FILES, "bash: " + status + " " + String.join("; ", err), null);
      }
      return new Codes(Integer.parseInt(codes[0]), Integer.parseInt(codes[1]), err);
    }

    void check(int here, int there, Codes codes) {
      if (here == 0 && there == 0) {
        return;
      }
      String why =
          codes.messages.isEmpty()
              ? "tar here ended with code " + here + ", lxc with code " + there
              : String.join("; ", codes.messages);
      // With a code of its own ends what was there to its end; lxc itself has others.
      boolean lost = there != 0 && there != FAILED_THERE && there != BROKEN_PIPE;
      throw failure(
          lost ? Reason.TRANSPORT_LOST : Reason.FILES,
          lost ? "the way to the container was lost: " + why : why,
          null);
    }

    // A name of bytes that are not text survives inside a tree, but not as an argument.
    String argument(Path path) {
      String text = path.toString();
      if (!Path.of(text).equals(path)) {
        throw failure(Reason.FILES, "the name is not UTF-8: " + text, null);
      }
      return text;
    }

    ExecutorException failure(Reason reason, String why, @Nullable Exception cause) {
      return new ExecutorException(reason, "cannot copy " + from + " to " + to + ": " + why, cause);
    }
  }
}
