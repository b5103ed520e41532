/* SPDX-License-Identifier: MIT */
/* What of it is used is the C library's. */
