/**
 * The {@code ffs} command.
 *
 * <p>It parses words, calls the library's public API, and prints. It knows nothing of how a recipe
 * is read, a script written or a step run.
 */
@NullMarked
package dev.ffs.examples.cli;

import org.jspecify.annotations.NullMarked;
