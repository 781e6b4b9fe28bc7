package dev.ffs.engine;

import dev.ffs.archive.ArchiveEntry;
import dev.ffs.archive.Compression;
import dev.ffs.archive.LxdImage;
import dev.ffs.archive.OciImage;
import dev.ffs.archive.ReproducibleTar;
import dev.ffs.audit.Audit;
import dev.ffs.audit.AuditReport;
import dev.ffs.event.BuildEvent;
import dev.ffs.event.BuildListener;
import dev.ffs.exec.Cancellation;
import dev.ffs.lock.PathLock;
import dev.ffs.model.Architecture;
import dev.ffs.model.Output;
import dev.ffs.model.OutputFormat;
import dev.ffs.model.Text;
import dev.ffs.model.Toolchain;
import dev.ffs.plan.BuildPlan;
import dev.ffs.plan.StepKey;
import dev.ffs.script.ScriptGenerator;
import dev.ffs.source.FetchedSource;
import dev.ffs.store.BuildRecord;
import dev.ffs.store.Layer;
import dev.ffs.store.LayerStore;
import dev.ffs.store.Manifest;
import dev.ffs.store.StoreException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packs what is shipped, in each format that the recipe names, and writes down beside it where it
 * comes from. What is there already is left alone.
 */
final class OutputWriter {

  /** What a container has in its PATH, and what it runs unless it is told. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

  private static final List<String> COMMAND = List.of("/bin/sh");

  private final LayerStore store;
  private final BuildRecord record;
  private final BuildRequest request;
  private final BuildPlan plan;
  private final Supplier<String> hostCompiler;
  private final BuildListener listener;
  private final Path directory;
  private final OutputFiles files;

  /** Set when one of several threads has failed. */
  private final AtomicBoolean stopped = new AtomicBoolean();

  private @Nullable NavigableMap<String, OutputTree.Node> tree;

  /**
   * How packing ended.
   *
   * @param files what there is now; empty if the audit found something, or it was cancelled
   * @param written false if all was there already
   * @param audit what the audit found, or null if there was none, or nothing changed since the last
   */
  record Packed(List<BuildResult.OutputFile> files, boolean written, @Nullable AuditReport audit) {}

  OutputWriter(
      LayerStore store,
      BuildRecord record,
      BuildRequest request,
      BuildPlan plan,
      Supplier<String> hostCompiler,
      BuildListener listener) {
    this.store = store;
    this.record = record;
    this.request = request;
    this.plan = plan;
    this.hostCompiler = hostCompiler;
    this.listener = listener;
    this.directory = request.output();
    this.files = new OutputFiles(store, directory, plan.name());
  }

  /**
   * Finds out before hours of building whether the result can be written.
   *
   * @throws StoreException if not
   */
  void probe() {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".ffs", null));
    } catch (IOException e) {
      throw new StoreException("cannot write the output to " + directory, e);
    }
  }

  /**
   * Packs.
   *
   * @param shipped in the order of the plan
   * @param sources every source of the plan, by id
   * @param anyRan whether any step ran
   * @param page how the build went, given what it left; written only if it did anything
   * @throws DamagedLayerException if a layer is not what was kept
   * @throws PackingCancelledException if the request is cancelled
   */
  @SuppressWarnings("try") // The lock is held, not used.
  Packed write(
      List<Shipped> shipped,
      Map<String, FetchedSource> sources,
      boolean anyRan,
      Function<List<BuildResult.OutputFile>, String> page) {
    tree = null;
    stopped.set(false);
    try (PathLock lock = lock()) {
      try {
        Packed packed = locked(shipped, sources);
        boolean passed = packed.audit() == null || packed.audit().passed();
        if (passed
            && (anyRan || packed.written() || !Files.exists(files.path(ReportPage.SUFFIX)))) {
          String text = page.apply(packed.files());
          files.replace(ReportPage.SUFFIX, text);
        }
        return packed;
      } finally {
        lock.deleteFile();
      }
    } catch (IOException e) {
      throw new StoreException("cannot write the output to " + directory, e);
    }
  }

  private PathLock lock() throws IOException {
    Thread me = Thread.currentThread();
    Cancellation.Registration stop = request.cancellation().onCancel(me::interrupt);
    try {
      return files.lock(() -> listener.onEvent(new BuildEvent.OutputWaiting(directory)));
    } catch (InterruptedException e) {
      throw new PackingCancelledException();
    } catch (ClosedByInterruptException e) {
      throw new PackingCancelledException();
    } finally {
      stop.close();
      if (request.cancellation().isCancelled()) {
        // The interrupt has done its work; left standing it would break what follows.
        Thread.interrupted();
      }
    }
  }

  private Packed locked(List<Shipped> shipped, Map<String, FetchedSource> sources)
      throws IOException {
    String rootKey = rootKey(shipped);
    AuditReport audit = audit(shipped, rootKey);
    if (audit != null && !audit.passed()) {
      return new Packed(List.of(), false, audit);
    }
    Map<String, Missing> missing = new LinkedHashMap<>();
    Map<String, BuildResult.OutputFile> there = new LinkedHashMap<>();
    for (Text format : plan.output().formats()) {
      OutputFormat kind = OutputFormat.of(format.value()).orElseThrow();
      String key = imageKey(kind, rootKey);
      Optional<BuildResult.OutputFile> unchanged = files.unchanged(kind.suffix(), key);
      if (unchanged.isPresent()) {
        there.put(kind.suffix(), unchanged.get());
      } else {
        List<ArchiveEntry> entries = entries(shipped);
        missing.put(kind.suffix(), new Missing(key, image(kind, entries)));
      }
    }
    Map<String, BuildResult.OutputFile> made = pack(missing);
    List<BuildResult.OutputFile> all = new ArrayList<>();
    for (Text format : plan.output().formats()) {
      String suffix = OutputFormat.of(format.value()).orElseThrow().suffix();
      all.add(Objects.requireNonNull(there.getOrDefault(suffix, made.get(suffix)), suffix));
    }
    boolean written = !made.isEmpty();
    SortedMap<String, String> keys = record.keys();
    Optional<String> compiler =
        plan.steps().stream().anyMatch(step -> step.toolchain() == Toolchain.Kind.HOST)
            ? Optional.of(hostCompiler.get())
            : Optional.empty();
    for (Described document : Described.values()) {
      Description description =
          new Description(
              plan, shipped, sources, List.copyOf(all), request.enclosure(), keys, compiler);
      String key = documentKey(document, rootKey, description);
      Optional<BuildResult.OutputFile> unchanged = files.unchanged(document.suffix(), key);
      if (unchanged.isPresent()) {
        all.add(unchanged.get());
        continue;
      }
      String text = document.text(description, tree(shipped));
      all.add(
          files.write(
              document.suffix(),
              key,
              (out, scratch) -> out.write(text.getBytes(StandardCharsets.UTF_8))));
      written = true;
    }
    return new Packed(all, written, audit);
  }

  /** A file to be written. */
  private record Missing(String key, OutputFiles.Content content) {}

  /** Packs side by side: compressing takes one processor for minutes. */
  private Map<String, BuildResult.OutputFile> pack(Map<String, Missing> missing)
      throws IOException {
    Map<String, BuildResult.OutputFile> made = new LinkedHashMap<>();
    if (missing.isEmpty()) {
      return made;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(request.jobs(), missing.size()),
            task -> {
              Thread thread = new Thread(task, "ffs-pack");
              thread.setDaemon(true);
              return thread;
            });
    Map<String, Future<BuildResult.OutputFile>> running = new LinkedHashMap<>();
    missing.forEach(
        (suffix, file) ->
            running.put(
                suffix,
                threads.submit(
                    () -> {
                      boolean whole = false;
                      try {
                        BuildResult.OutputFile written =
                            files.write(suffix, file.key(), file.content());
                        whole = true;
                        return written;
                      } finally {
                        if (!whole) {
                          stopped.set(true);
                        }
                      }
                    })));
    threads.shutdown();
    Throwable failure = null;
    for (Map.Entry<String, Future<BuildResult.OutputFile>> one : running.entrySet()) {
      Throwable failed = await(one.getKey(), one.getValue(), made);
      // That another one failed made the others stop; what made that one fail counts.
      if (failed != null && (failure == null || failure instanceof PackingCancelledException)) {
        failure = failed;
      }
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return made;
  }

  private @Nullable Throwable await(
      String suffix,
      Future<BuildResult.OutputFile> future,
      Map<String, BuildResult.OutputFile> made) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          made.put(suffix, future.get());
          return null;
        } catch (InterruptedException e) {
          // Who interrupts the thread of a build wants it to end.
          interrupted = true;
          request.cancellation().cancel();
        }
      }
    } catch (ExecutionException e) {
      return e.getCause();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private OutputFiles.Content image(OutputFormat format, List<ArchiveEntry> entries) {
    long time = ScriptGenerator.EPOCH;
    return switch (format) {
      case TAR_XZ -> (out, scratch) -> ReproducibleTar.write(entries, time, Compression.XZ, out);
      case OCI -> {
        OciImage.Config config =
            new OciImage.Config(
                architecture().oci(),
                ENVIRONMENT,
                COMMAND,
                Map.of("org.opencontainers.image.title", plan.name()));
        yield (out, scratch) -> OciImage.write(entries, time, config, scratch, out);
      }
      case LXD -> {
        Map<String, String> properties =
            Map.of(
                "architecture",
                architecture().lxd(),
                "description",
                plan.recipe() + " for " + plan.target().id(),
                "name",
                plan.name(),
                "os",
                plan.recipe());
        yield (out, scratch) ->
            LxdImage.write(entries, time, architecture().lxd(), properties, Compression.XZ, out);
      }
    };
  }

  private Architecture architecture() {
    // The validator has seen to it.
    return Architecture.ofTriple(plan.target().triple().value()).orElseThrow();
  }

  // ---------------------------------------------------------------- keys

  /** Everything that the root file system depends on. */
  private String rootKey(List<Shipped> shipped) {
    List<String> parts = new ArrayList<>();
    shipped.forEach(one -> parts.add(one.layer().digest()));
    Output output = plan.output();
    output.exclude().forEach(path -> parts.add("exclude " + path));
    output.directories().forEach(d -> parts.add("directory " + d.path() + " " + d.mode()));
    output
        .owners()
        .forEach(
            o ->
                parts.add("owner " + o.path() + " " + o.user() + " " + o.group() + " " + o.mode()));
    return StepKey.sha256(String.join("\n", parts));
  }

  private String imageKey(OutputFormat format, String rootKey) {
    // The number is that of the way in which it is written, and goes up when that changes.
    return StepKey.sha256(
        format.id() + " 1\n" + plan.name() + "\n" + plan.target().triple() + "\n" + rootKey);
  }

  private String documentKey(Described document, String rootKey, Description d) {
    List<String> parts = new ArrayList<>();
    parts.add(document + " 2 " + Description.tool());
    parts.add(rootKey);
    parts.add(plan.name() + " " + plan.target().triple() + " " + d.enclosure());
    d.shipped().forEach(one -> parts.add("shipped " + one.step().id()));
    plan.steps().forEach(step -> parts.add("step " + step.id() + " " + Description.ids(step)));
    plan.sources()
        .forEach(
            source ->
                parts.add(
                    "source %s %s %s %s %s"
                        .formatted(
                            source.id(),
                            source.version(),
                            source.license(),
                            d.location(source),
                            d.changes(source))));
    d.images().forEach(file -> parts.add(file.file().getFileName() + " " + file.sha256()));
    parts.add("keys " + d.keys());
    parts.add("compiler " + d.hostCompiler());
    return StepKey.sha256(String.join("\n", parts));
  }

  // ---------------------------------------------------------------- audit

  /** Judges the root, unless one and the same has passed already. */
  private @Nullable AuditReport audit(List<Shipped> shipped, String rootKey) throws IOException {
    Output.Audit rules = plan.output().audit();
    if (rules == null) {
      return null;
    }
    List<String> forbidden = forbidden(plan, Optional.of(store.root()));
    // The number goes up with each rule: what has passed before may not pass now.
    String key =
        StepKey.sha256(
            "audit 2\n%s\n%s\n%s\n%s\n%s\n%s"
                .formatted(
                    rootKey,
                    plan.target().triple(),
                    values(rules.compilers()),
                    values(rules.forbid()),
                    values(rules.except()),
                    forbidden));
    if (store.recall(key).isPresent()) {
      return null;
    }
    Audit audit = Audit.of(plan.target(), rules, forbidden);
    for (ArchiveEntry entry : entries(shipped)) {
      audit.add(entry);
    }
    AuditReport report = audit.report();
    if (report.passed()) {
      store.remember(key, "passed");
    }
    return report;
  }

  private static List<String> values(List<Text> texts) {
    return texts.stream().map(Text::value).toList();
  }

  /** Where builds keep their files; nothing that is shipped may know of it. */
  static List<String> forbidden(BuildPlan plan, Optional<Path> store) {
    List<String> paths = new ArrayList<>();
    paths.add("/ffs");
    plan.steps().forEach(step -> paths.add("/build/" + step.id().step()));
    store.ifPresent(root -> paths.add(root.toString()));
    return paths;
  }

  // ---------------------------------------------------------------- the root

  private NavigableMap<String, OutputTree.Node> tree(List<Shipped> shipped) throws IOException {
    if (tree == null) {
      List<Layer> layers = shipped.stream().map(Shipped::layer).toList();
      for (Layer layer : layers) {
        Optional<String> damage = record.damage(layer);
        if (damage.isPresent()) {
          throw new DamagedLayerException(layer, damage.get());
        }
      }
      tree = OutputTree.of(layers, record::manifest, plan.output()).nodes();
    }
    return tree;
  }

  private List<ArchiveEntry> entries(List<Shipped> shipped) throws IOException {
    List<ArchiveEntry> entries = new ArrayList<>();
    tree(shipped)
        .forEach(
            (path, node) ->
                entries.add(
                    new ArchiveEntry(
                        path,
                        body(node),
                        node.kind() == Manifest.Kind.SYMBOLIC_LINK ? 0777 : node.mode(),
                        node.uid(),
                        node.gid(),
                        ScriptGenerator.EPOCH)));
    return entries;
  }

  private ArchiveEntry.Body body(OutputTree.Node node) {
    return switch (node.kind()) {
      case FILE ->
          new ArchiveEntry.RegularFile(node.size(), () -> new CheckedStream(node), node.identity());
      case DIRECTORY -> new ArchiveEntry.Directory();
      case SYMBOLIC_LINK -> new ArchiveEntry.SymbolicLink(node.value());
      case FIFO -> new ArchiveEntry.Fifo();
      case HARD_LINK, OPAQUE_DIRECTORY, WHITEOUT ->
          throw new IllegalStateException("no file of an output: " + node);
    };
  }

  /** A file of a layer. When its end is reached, it must have been what was kept. */
  private final class CheckedStream extends DigestInputStream {

    private final OutputTree.Node node;
    private boolean ended;

    CheckedStream(OutputTree.Node node) throws IOException {
      super(Files.newInputStream(node.file()), OutputFiles.sha256());
      this.node = node;
    }

    @Override
    public int read() throws IOException {
      return checked(super.read());
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      return checked(super.read(bytes, from, count));
    }

    private int checked(int result) {
      if (stopped.get() || request.cancellation().isCancelled()) {
        throw new PackingCancelledException();
      }
      if (result >= 0 || ended) {
        return result;
      }
      ended = true;
      if (!HexFormat.of().formatHex(digest.digest()).equals(node.value())) {
        Layer layer = Objects.requireNonNull(node.layer(), "layer of a file");
        throw new DamagedLayerException(
            layer,
            "layer " + layer.digest() + " is damaged: " + node.file() + " has another content");
      }
      return result;
    }
  }
}
