package dev.ffs.examples.cli;

import dev.ffs.store.LayerStore;
import dev.ffs.store.StoreMaintenance;
import dev.ffs.store.StoreMaintenance.Amount;
import dev.ffs.store.StoreMaintenance.BuildUse;
import dev.ffs.store.StoreMaintenance.Contents;
import dev.ffs.store.StoreMaintenance.Pruned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs store}. */
@Command(
    name = "store",
    description = "Look over the store of finished steps and archives.",
    synopsisSubcommandLabel = "COMMAND")
final class StoreCommand {

  @Mixin CommonOptions common;

  private StoreCommand() {}

  /** Returns the command with those below it. */
  static CommandLine with(Surroundings surroundings) {
    return new CommandLine(new StoreCommand())
        .addSubcommand(new ListStore(surroundings))
        .addSubcommand(new Verify(surroundings))
        .addSubcommand(new Prune(surroundings));
  }

  /** What the commands have in common: a store that is there. */
  abstract static class OfStore implements Callable<Integer> {

    final Surroundings surroundings;

    @Mixin CommonOptions common;
    @Mixin StoreOption store;

    OfStore(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    StoreMaintenance maintenance() {
      Path directory = store.directory();
      if (!Files.isDirectory(directory.resolve("layers"))) {
        throw new UsageException("there is no store at " + directory);
      }
      return StoreMaintenance.of(LayerStore.open(directory));
    }

    void print(String line) {
      surroundings.out().println(line);
    }
  }

  @Command(name = "list", description = "Show what the store holds, and how large it is.")
  static final class ListStore extends OfStore {

    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    ListStore(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    public Integer call() {
      Contents contents = maintenance().list();
      if (!contents.builds().isEmpty()) {
        Table table = new Table().row("BUILD", "LAST", "KEPT", "STEPS", "SIZE");
        for (BuildUse build : contents.builds()) {
          table.row(
              build.build(),
              build.running() ? "running now" : TIME.format(build.last()),
              Integer.toString(build.records()),
              Integer.toString(build.steps()),
              Units.bytes(build.bytes()));
        }
        table.lines().forEach(this::print);
        print("");
      }
      Table sums = new Table();
      sums.row("layers", sum(contents.layers()));
      sums.row("  used by no build", sum(contents.unused()));
      sums.row("archives", sum(contents.sources()));
      sums.row("failed steps", sum(contents.failed()));
      sums.lines().forEach(this::print);
      return ExitCode.OK;
    }

    private static String sum(Amount amount) {
      return amount.count() + ", " + Units.bytes(amount.bytes());
    }
  }

  @Command(name = "verify", description = "Read everything, and say what is damaged.")
  static final class Verify extends OfStore {

    @Option(
        names = "--repair",
        description = "Remove what is damaged; the next build makes or fetches it again.")
    boolean repair;

    Verify(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    public Integer call() {
      List<String> damages = maintenance().verify(repair);
      damages.forEach(this::print);
      if (damages.isEmpty()) {
        print("Everything is as it was written.");
        return ExitCode.OK;
      }
      if (repair) {
        print(
            Console.count(damages.size(), "damage") + " removed; the next build makes up for it.");
        return ExitCode.OK;
      }
      print("To remove what is damaged, so that the next build makes it again:");
      print("  " + surroundings.command() + " store verify --repair --store " + store.directory());
      return ExitCode.BUILD_FAILED;
    }
  }

  @Command(
      name = "prune",
      description = {
        "Remove what is not needed: layers that no kept build uses. What a running build",
        "uses always stays."
      })
  static final class Prune extends OfStore {

    @Option(
        names = "--keep-last",
        paramLabel = "N",
        description = {
          "Keep what the last N different builds of each recipe and target use that came to",
          "their end, and those that failed or were stopped since."
        })
    @Nullable Integer keepLast;

    @Option(
        names = "--max-size",
        paramLabel = "SIZE",
        description = {
          "Remove more, the oldest first, until no more than SIZE is left, such as 20GB:",
          "archives that no kept build uses, trees of failed steps, old builds."
        })
    @Nullable String maxSize;

    @Option(names = "--dry-run", description = "Only say what would be removed.")
    boolean dryRun;

    Prune(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    public Integer call() {
      if (keepLast == null && maxSize == null) {
        throw new UsageException("say what to keep: --keep-last N or --max-size SIZE");
      }
      if (keepLast != null && keepLast < 0) {
        throw new UsageException("--keep-last must be at least 0, not " + keepLast);
      }
      OptionalLong most =
          maxSize == null ? OptionalLong.empty() : OptionalLong.of(Units.parseBytes(maxSize));
      Pruned pruned =
          maintenance()
              .prune(
                  keepLast == null ? OptionalInt.empty() : OptionalInt.of(keepLast), most, dryRun);
      long bytes = pruned.layers().bytes() + pruned.sources().bytes() + pruned.failed().bytes();
      print(
          "%s %s: %s, %s, %s"
              .formatted(
                  dryRun ? "Would remove" : "Removed",
                  Units.bytes(bytes),
                  Console.count(pruned.layers().count(), "layer"),
                  Console.count(pruned.sources().count(), "archive"),
                  Console.count(pruned.failed().count(), "failed step")));
      print("%s %s".formatted(Units.bytes(pruned.left()), dryRun ? "would be left" : "are left"));
      if (most.isPresent() && pruned.left() > most.getAsLong()) {
        print("That is more than " + maxSize + ": running builds and open shells use it.");
      }
      return ExitCode.OK;
    }
  }
}
