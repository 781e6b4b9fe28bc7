/**
 * The executor for this machine.
 *
 * <p>Knows no other transport, and nothing of enclosures: those are part of the scripts it runs.
 */
@NullMarked
package dev.ffs.exec.local;

import org.jspecify.annotations.NullMarked;
