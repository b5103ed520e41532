/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_BSEARCH_H
#define FAKE_LINUX_BSEARCH_H

#include <stdlib.h>

#endif
