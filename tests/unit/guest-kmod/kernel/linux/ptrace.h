/* SPDX-License-Identifier: MIT */
/* User registers of an architecture that has nothing but them. */
#ifndef FAKE_LINUX_PTRACE_H
#define FAKE_LINUX_PTRACE_H

struct pt_regs {
	unsigned long long reg[34];
	unsigned int nr;
	int is_compat;
};

#endif
