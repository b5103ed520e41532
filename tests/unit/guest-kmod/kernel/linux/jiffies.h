/* SPDX-License-Identifier: MIT */
/* Time passes when a test says so: fake_kernel_pass_time(). */
#ifndef FAKE_LINUX_JIFFIES_H
#define FAKE_LINUX_JIFFIES_H

#include <limits.h>

#define HZ		     100
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

#endif
