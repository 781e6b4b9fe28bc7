/**
 * Turns planned steps into shell scripts, and a whole plan into a bundle that needs no Java.
 *
 * <p>Shell is data: what a recipe says enters a template as a value and is never parsed as one.
 * Only text is made here; nothing is written and nothing runs.
 */
@NullMarked
package dev.ffs.script;

import org.jspecify.annotations.NullMarked;
