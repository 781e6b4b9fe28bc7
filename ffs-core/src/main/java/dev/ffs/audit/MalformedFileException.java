package dev.ffs.audit;

/** Thrown when a file is not what its first bytes say; the message says what is wrong. */
final class MalformedFileException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedFileException(String problem) {
    super(problem);
  }
}
