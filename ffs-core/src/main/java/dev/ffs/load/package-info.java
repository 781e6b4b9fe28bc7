/**
 * Turns the YAML files of a recipe into the model.
 *
 * <p>Everything that is wrong with the files is collected and shown together, each error at its
 * place. Knows the files' shape, and the shape only: rules over a whole recipe stand in {@code
 * dev.ffs.validate}. No type of the YAML library leaves this package.
 */
@NullMarked
package dev.ffs.load;

import org.jspecify.annotations.NullMarked;
