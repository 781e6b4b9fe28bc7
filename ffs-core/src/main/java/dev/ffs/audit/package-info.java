/**
 * Judges a root file system: whether what its files say of themselves fits a recipe that built all
 * of them from source.
 *
 * <p>Reads files that anybody may have made, and trusts none. Knows nothing of steps, stores or
 * builds: it is given entries, wherever they come from.
 */
@NullMarked
package dev.ffs.audit;

import org.jspecify.annotations.NullMarked;
