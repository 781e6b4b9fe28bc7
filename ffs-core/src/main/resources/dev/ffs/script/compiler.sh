#!/bin/sh
# Says which compiler, linker and C library this machine has; the answer counts for the keys of the
# steps that use them. (What the compiler makes is linked with the C library.)
cc --version && cc -dumpmachine && ld --version && { ldd --version 2>&1 | head -n 1; }
