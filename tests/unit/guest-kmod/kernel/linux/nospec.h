/* SPDX-License-Identifier: MIT */
/* Speculation is not tested. */
#ifndef FAKE_LINUX_NOSPEC_H
#define FAKE_LINUX_NOSPEC_H

#define array_index_nospec(index, size) ((index) < (size) ? (index) : 0)

#endif
