package dev.ffs.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests and counts what is written through it. */
final class Sha256 extends FilterOutputStream {

  private final MessageDigest digest;
  private long bytes;

  Sha256(OutputStream out) {
    super(out);
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String of(byte[] content) throws IOException {
    try (Sha256 sha256 = new Sha256(OutputStream.nullOutputStream())) {
      sha256.write(content);
      return sha256.hex();
    }
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    digest.update((byte) b);
    bytes++;
  }

  @Override
  public void write(byte[] content, int from, int count) throws IOException {
    out.write(content, from, count);
    digest.update(content, from, count);
    bytes += count;
  }

  /** Returns the digest of all that was written; to be called once. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  long bytes() {
    return bytes;
  }
}
