/**
 * Brings the archives of sources into a store by digest.
 *
 * <p>{@link dev.ffs.source.SourceFetcher} fetches and verifies, {@link dev.ffs.source.SourceStore}
 * keeps. Nothing here knows about phases, steps, scripts or how a build runs, and nothing unpacks
 * an archive.
 */
@NullMarked
package dev.ffs.source;

import org.jspecify.annotations.NullMarked;
