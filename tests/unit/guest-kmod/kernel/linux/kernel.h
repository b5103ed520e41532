/* SPDX-License-Identifier: MIT */
/* what is used of it is in shim.h */
