/* SPDX-License-Identifier: MIT */
/* The system call instruction. Source: System V ABI, AMD64 supplement, appendix A.2.1. */
#ifndef GUEST_INIT_X86_SYS_CALL_H
#define GUEST_INIT_X86_SYS_CALL_H

static inline long sys_call(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif
