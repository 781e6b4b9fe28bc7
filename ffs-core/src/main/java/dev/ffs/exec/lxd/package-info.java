/**
 * Runs commands in a container of LXD, through the {@code lxc} command: on this machine, on another
 * server or on a member of a cluster.
 *
 * <p>Knows no other transport, and nothing of builds but what an executor is told of them.
 */
@NullMarked
package dev.ffs.exec.lxd;

import org.jspecify.annotations.NullMarked;
