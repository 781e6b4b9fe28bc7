/** Programs that call the library, each one to be read on its own. */
@NullMarked
package dev.ffs.examples;

import org.jspecify.annotations.NullMarked;
