/**
 * Builds: takes a recipe, a target and an executor, and leaves the output.
 *
 * <p>{@code Ffs} is the entry point. The engine knows no transport and no recipe format: it is
 * given an executor and a model.
 */
@NullMarked
package dev.ffs.engine;

import org.jspecify.annotations.NullMarked;
