/* SPDX-License-Identifier: MIT */
/* Messages: warnings are kept. */
#ifndef FAKE_LINUX_PRINTK_H
#define FAKE_LINUX_PRINTK_H

#include "fake_kernel.h"

#define pr_debug(...)		 ((void)0)
#define pr_warn_ratelimited(...) fake_kernel_warn(__VA_ARGS__)

#endif
