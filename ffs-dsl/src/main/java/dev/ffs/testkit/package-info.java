/**
 * What tests of recipes need, on top of JUnit and AssertJ.
 *
 * <p>{@link dev.ffs.testkit.RecipeAssert#assertThatRecipe} is the entry. It takes recipes as they
 * are and does not know where they come from.
 */
@NullMarked
package dev.ffs.testkit;

import org.jspecify.annotations.NullMarked;
