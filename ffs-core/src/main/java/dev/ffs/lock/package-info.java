/** Locks that hold between threads and between processes. */
@NullMarked
package dev.ffs.lock;

import org.jspecify.annotations.NullMarked;
