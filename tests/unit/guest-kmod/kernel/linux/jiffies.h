/* SPDX-License-Identifier: MIT */
/* Time passes when a test says so: fake_kernel_pass_time(). */
#ifndef FAKE_LINUX_JIFFIES_H
#define FAKE_LINUX_JIFFIES_H

#include <limits.h>

#include "fake_kernel.h"

#define HZ		     100
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

#define get_jiffies_64()     fake_kernel.jiffies
#define msecs_to_jiffies(ms) ((long)(ms)*HZ / 1000)

#endif
