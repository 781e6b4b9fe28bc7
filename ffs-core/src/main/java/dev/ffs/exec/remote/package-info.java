/**
 * Commands and files by way of a client program that passes a shell command on.
 *
 * <p>Knows no client: ssh, container managers and whatever else can start a shell somewhere stand
 * in packages of their own.
 */
@NullMarked
package dev.ffs.exec.remote;

import org.jspecify.annotations.NullMarked;
