/**
 * One process of the operating system: streams its lines, ends its whole tree.
 *
 * <p>Knows nothing of where its callers' commands run or what they are for. The only package that
 * uses commons-exec, and it shows nothing of it.
 */
@NullMarked
package dev.ffs.exec.process;

import org.jspecify.annotations.NullMarked;
