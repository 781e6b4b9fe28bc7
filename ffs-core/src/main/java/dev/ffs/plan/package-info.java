/**
 * Turns a recipe and a target into a {@link dev.ffs.plan.BuildPlan}: ordered, expanded steps.
 *
 * <p>A plan is a value that can be printed and compared. It knows nothing of files, shells, stores
 * or of a build that runs.
 */
@NullMarked
package dev.ffs.plan;

import org.jspecify.annotations.NullMarked;
