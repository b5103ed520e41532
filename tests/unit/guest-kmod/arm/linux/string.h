/* SPDX-License-Identifier: MIT */
/* The functions in use are those of the C library. */
