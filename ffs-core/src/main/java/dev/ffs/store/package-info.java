/**
 * Keeps what steps made, by key, so that no step runs twice.
 *
 * <p>The store knows directories and digests; it neither runs anything nor knows what a step does.
 */
@NullMarked
package dev.ffs.store;

import org.jspecify.annotations.NullMarked;
