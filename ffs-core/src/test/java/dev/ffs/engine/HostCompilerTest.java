package dev.ffs.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ffs.exec.Cancellation;
import dev.ffs.exec.Channel;
import dev.ffs.exec.Command;
import dev.ffs.exec.Executor;
import dev.ffs.exec.ExitStatus;
import dev.ffs.exec.ExitStatus.End;
import dev.ffs.exec.OutputSink;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCompilerTest {

  @TempDir Path directory;
  private final Deque<Function<OutputSink, ExitStatus>> answers = new ArrayDeque<>();

  private HostCompiler compiler() throws Exception {
    Builds builds = new Builds(directory);
    builds.executor =
        new Executor() {
          @Override
          public String name() {
            return "answers";
          }

          @Override
          public ExitStatus run(Command command, OutputSink sink, Cancellation cancellation) {
            return answers.remove().apply(sink);
          }

          @Override
          public void push(Path local, String remote) {}

          @Override
          public void pull(String remote, Path local) {}

          @Override
          public void close() {}
        };
    return new HostCompiler(builds.request(Builds.host()));
  }

  private static ExitStatus exited(int code) {
    return new ExitStatus(code, End.EXITED);
  }

  @Test
  void aWarningIsNoPartOfTheAnswer() throws Exception {
    answers.add(
        sink -> {
          sink.line(Channel.STDOUT, "cc 12");
          sink.line(Channel.STDERR, "cc: warning: odd environment");
          sink.line(Channel.STDOUT, "x86_64-linux-gnu");
          return exited(0);
        });

    assertThat(compiler().get()).isEqualTo("cc 12\nx86_64-linux-gnu");
  }

  @Test
  void halfAnAnswerIsNotRemembered() throws Exception {
    answers.add(
        sink -> {
          sink.line(Channel.STDOUT, "cc 12");
          return new ExitStatus(143, End.CANCELLED);
        });
    answers.add(
        sink -> {
          sink.line(Channel.STDOUT, "cc 12");
          sink.line(Channel.STDOUT, "x86_64-linux-gnu");
          return exited(0);
        });
    HostCompiler compiler = compiler();

    assertThat(compiler.get()).isNotEqualTo("cc 12");
    assertThat(compiler.get()).isEqualTo("cc 12\nx86_64-linux-gnu");
    assertThat(compiler.get()).as("asked once").isEqualTo("cc 12\nx86_64-linux-gnu");
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    answers.add(
        sink -> {
          sink.line(Channel.STDOUT, "cc 12");
          sink.line(Channel.STDERR, "sh: 1: ld: not found");
          return exited(127);
        });
    HostCompiler compiler = compiler();

    assertThatThrownBy(compiler::get)
        .isInstanceOf(HostException.class)
        .hasMessage(
            "there is no C compiler and linker, which this recipe builds its first compiler with"
                + " (sh: 1: ld: not found)");
  }
}
