/**
 * Runs commands in an LXD container, and makes, keeps and finds such containers and their images.
 *
 * <p>All of it goes through the {@code lxc} client program, commands and files by way of {@code
 * exec.remote}. Knows neither the engine nor the other transports: what runs in a container, and
 * when it is kept, others decide.
 */
@NullMarked
package dev.ffs.exec.lxd;

import org.jspecify.annotations.NullMarked;
