/**
 * The executor that enters roots through the program fchroot.
 *
 * <p>Knows no other transport. How the program is called stands in a script of {@code
 * dev.ffs.script}; when a build calls it, its engine decides.
 */
@NullMarked
package dev.ffs.exec.fchroot;

import org.jspecify.annotations.NullMarked;
