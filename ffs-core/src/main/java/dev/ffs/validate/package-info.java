/**
 * The rules over a whole recipe, the same for YAML and Java.
 *
 * <p>Judges a finished {@link dev.ffs.model.Recipe} and nothing else: it reads no files and does
 * not know where the recipe came from.
 */
@NullMarked
package dev.ffs.validate;

import org.jspecify.annotations.NullMarked;
