/* SPDX-License-Identifier: MIT */
/* A warning is a failure of the test. */
#ifndef FAKE_LINUX_BUG_H
#define FAKE_LINUX_BUG_H

#include <assert.h>

#define WARN_ON_ONCE(condition) (assert(!(condition)), false)

#endif
