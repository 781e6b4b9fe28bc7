package dev.ffs.exec;

import org.apiguardian.api.API;

/**
 * Takes the output of a command, line by line, while it runs.
 *
 * <p>A line ends with LF, CR LF or CR alone, so that each state of a progress bar is a line; the
 * end is not part of it. What follows the last end is a line too, unless it is empty. Bytes that
 * are not UTF-8 arrive as U+FFFD. A line of more than {@value #MAX_LINE_BYTES} bytes arrives in
 * pieces of at most that size, none of which cuts a character in two.
 *
 * <p>Calls of one run never overlap and keep the order of each channel; between the channels there
 * is no order. They come from threads of the executor. A sink that is slow slows the command down.
 *
 * <p>A sink that throws gets no further line. The command still runs to its end, and then {@link
 * Executor#run} throws {@link ExecutorException} with {@link ExecutorException.Reason#SINK} and the
 * sink's exception as the cause.
 */
@FunctionalInterface
@API(status = API.Status.STABLE, since = "0.1")
public interface OutputSink {

  /** The longest line that arrives in one piece, in bytes. */
  int MAX_LINE_BYTES = 64 * 1024;

  /**
   * Takes a line.
   *
   * @param channel where the command wrote it
   * @param line the line without its end
   */
  void line(Channel channel, String line);
}
