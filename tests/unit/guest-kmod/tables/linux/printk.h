/* SPDX-License-Identifier: MIT */
/* Messages; the test defines the function. The format is the kernel's, so it is not checked. */
#ifndef FAKE_LINUX_PRINTK_H
#define FAKE_LINUX_PRINTK_H

void pr_warn(const char *format, ...);

#endif
