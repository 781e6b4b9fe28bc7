/**
 * What a build tells those who listen.
 *
 * <p>Events carry names and figures only; nothing here knows how a build runs or how it is shown.
 */
@NullMarked
package dev.ffs.event;

import org.jspecify.annotations.NullMarked;
