/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_SCHED_H
#define FAKE_LINUX_SCHED_H

struct pt_regs;

#endif
