/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_BITS_H
#define FAKE_LINUX_BITS_H

#define GENMASK_ULL(high, low) ((~0ull >> (63 - (high))) & (~0ull << (low)))

#endif
