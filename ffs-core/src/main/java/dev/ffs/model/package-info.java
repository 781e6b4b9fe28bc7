/**
 * What is to be built: immutable records, equal for a recipe in YAML and its twin in Java.
 *
 * <p>A {@link dev.ffs.model.Recipe} has {@link dev.ffs.model.Phase phases} of {@link
 * dev.ffs.model.PackageStep steps}. Nothing here knows how a build runs, and nothing here checks
 * more than its own shape: the rules over a whole recipe stand in {@code dev.ffs.validate}.
 */
@NullMarked
package dev.ffs.model;

import org.jspecify.annotations.NullMarked;
