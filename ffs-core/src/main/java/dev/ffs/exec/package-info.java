/**
 * The contract by which a script runs somewhere and files get there and back.
 *
 * <p>Knows no transport: neither processes nor containers nor other machines. Each of those stands
 * in a package of its own below this one.
 */
@NullMarked
package dev.ffs.exec;

import org.jspecify.annotations.NullMarked;
