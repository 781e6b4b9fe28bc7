/**
 * What tests of recipes and of executors need, on top of JUnit and AssertJ.
 *
 * <p>{@link dev.ffs.testkit.RecipeAssert#assertThatRecipe} is the entry for recipes. It takes them
 * as they are and does not know where they come from. {@link dev.ffs.testkit.ExecutorContract} is
 * the suite that each executor passes. It does not know where that runs its commands.
 */
@NullMarked
package dev.ffs.testkit;

import org.jspecify.annotations.NullMarked;
