package dev.ffs.audit;

import static dev.ffs.fixtures.Fixtures.HERE;
import static dev.ffs.fixtures.Fixtures.text;
import static dev.ffs.fixtures.Fixtures.texts;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.TreeEntries;
import dev.ffs.model.Output;
import dev.ffs.model.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A root file system on disk, and what an audit says of it. */
final class Audited {

  final Path root;
  String triple = "x86_64-linux-musl";
  String[] compilers = {"none"};
  String[] forbid = {"/tools", "/cross-tools"};
  String[] except = {};

  Audited(Path root) {
    this.root = root;
  }

  Path file(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  Path program(String path, String content) throws IOException {
    Path file = file(path, content);
    Files.setAttribute(file, "unix:mode", 0755);
    return file;
  }

  void link(String path, String target) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, Path.of(target));
  }

  AuditReport report() throws IOException {
    Target target = new Target("some", text(triple), text("x86"), text(""), null, List.of(), HERE);
    Output.Audit rules = new Output.Audit(texts(compilers), texts(forbid), texts(except), HERE);
    Audit audit =
        Audit.of(target, rules, List.of("/ffs", "/build/gcc", "/build/gcc-pass1", "/home/u/store"));
    for (ArchiveEntry entry : TreeEntries.of(root)) {
      audit.add(entry);
    }
    return audit.report();
  }

  List<String> findings() throws IOException {
    return report().findings().stream().map(Finding::toString).toList();
  }
}
