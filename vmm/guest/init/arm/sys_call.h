/* SPDX-License-Identifier: MIT */
/* The system call instruction of the EABI. Source: Linux, arch/arm/kernel/entry-common.S;
 * syscall(2). */
#ifndef GUEST_INIT_ARM_SYS_CALL_H
#define GUEST_INIT_ARM_SYS_CALL_H

static inline long sys_call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r7 __asm__("r7") = nr;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	register long r5 __asm__("r5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(r0)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return r0;
}

static inline long sys_call(long nr, long a, long b, long c, long d, long e)
{
	return sys_call6(nr, a, b, c, d, e, 0);
}

#endif
