/* SPDX-License-Identifier: MIT */
/* BIT_ULL() is in shim.h. */
#ifndef FAKE_LINUX_BITS_H
#define FAKE_LINUX_BITS_H

#define BIT(n) (1ul << (n))

#endif
