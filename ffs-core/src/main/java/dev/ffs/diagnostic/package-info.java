/**
 * Says what is wrong and where.
 *
 * <p>Every other package reports through {@link dev.ffs.diagnostic.Diagnostic}; this one knows none
 * of them.
 */
@NullMarked
package dev.ffs.diagnostic;

import org.jspecify.annotations.NullMarked;
