/**
 * Recipes written in Java, with the words of the YAML in the same order.
 *
 * <p>{@link dev.ffs.dsl.Recipes#recipe} is the entry. What it returns is the same model that a
 * recipe in YAML ends in, checked by the same rules. A method stands for a key; what may be absent
 * or is there only once in YAML is so here too. What YAML has no means for, loops and methods of
 * one's own, is Java.
 *
 * <p>Nothing here knows YAML, plans or how a build runs.
 */
@NullMarked
package dev.ffs.dsl;

import org.jspecify.annotations.NullMarked;
