package dev.ffs.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.apiguardian.api.API;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** How an archive is compressed. */
@API(status = API.Status.STABLE, since = "0.1")
public enum Compression {
  /** Not at all. */
  NONE(".tar"),

  /**
   * By gzip, without name or time. The deflate algorithm is that of the zlib that Java was linked
   * with: another zlib may give other bits of the same content.
   */
  GZIP(".tar.gz"),

  /** By xz, preset 6 in one stream: the same bits on each machine. */
  XZ(".tar.xz");

  private static final int XZ_PRESET = 6;

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  /**
   * Returns what names of such archives end with.
   *
   * @return such as {@code .tar.xz}
   */
  public String suffix() {
    return suffix;
  }

  OutputStream to(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> {
        GzipParameters parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.BEST_COMPRESSION);
        yield new GzipCompressorOutputStream(out, parameters);
      }
      case XZ ->
          new XZOutputStream(out, new LZMA2Options(XZ_PRESET), org.tukaani.xz.XZ.CHECK_CRC64);
    };
  }
}
