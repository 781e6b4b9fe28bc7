/** Writes JSON. Knows nothing of what is written. */
@NullMarked
package dev.ffs.json;

import org.jspecify.annotations.NullMarked;
