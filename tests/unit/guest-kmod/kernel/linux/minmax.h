/* SPDX-License-Identifier: MIT */
/* min() and min_t() are in shim.h. */
