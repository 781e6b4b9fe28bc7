/** Programs and recipes that use the library as anybody could: by its public API only. */
@NullMarked
package dev.ffs.examples;

import org.jspecify.annotations.NullMarked;
