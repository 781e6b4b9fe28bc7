/**
 * Archives whose bits depend on nothing but what is in them.
 *
 * <p>A path of an archive is a string of UTF-8 without leading slash. A byte that is not UTF-8
 * stands in it as the lone surrogate U+DC00 + byte, so every name survives: Java's own file names
 * lose such bytes, and in the C locale everything that is not ASCII.
 *
 * <p>Knows nothing of recipes, steps or stores: it is given entries and writes them. The only
 * package that uses commons-compress and xz, and it shows nothing of them.
 */
@NullMarked
package dev.ffs.archive;

import org.jspecify.annotations.NullMarked;
