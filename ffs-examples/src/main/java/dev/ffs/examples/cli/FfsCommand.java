package dev.ffs.examples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ffs} itself. */
@Command(
    name = "ffs",
    description = "Bootstraps a Linux root file system completely from source.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = FfsCommand.Version.class)
final class FfsCommand {

  @Mixin CommonOptions common;

  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  boolean version;

  /** Reads the version out of the manifest. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = FfsCommand.class.getPackage().getImplementationVersion();
      return new String[] {"ffs " + (version != null ? version : "(not packaged)")};
    }
  }
}
