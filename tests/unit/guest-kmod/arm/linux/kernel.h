/* SPDX-License-Identifier: MIT */
/* lower_32_bits() is in shim.h. */
