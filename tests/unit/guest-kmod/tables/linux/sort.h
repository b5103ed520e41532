/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_SORT_H
#define FAKE_LINUX_SORT_H

#include <stdlib.h>

#define sort(base, nr, size, compare, swap) ((void)(swap), qsort((base), (nr), (size), (compare)))

#endif
