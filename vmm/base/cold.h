/* SPDX-License-Identifier: MIT */
/*
 * For functions that few events take: out of line, so that the frame and the saved registers of
 * such a function are not a cost of the common path that it is called from.
 */
#ifndef BASE_COLD_H
#define BASE_COLD_H

#define cold_fn	    __attribute__((cold, noinline))
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif
