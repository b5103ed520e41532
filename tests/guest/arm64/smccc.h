/* SPDX-License-Identifier: MIT */
/* Calls to the hypervisor, Arm DEN 0028: function number in X0, then arguments; result in X0. */
#ifndef GUEST_ARM64_SMCCC_H
#define GUEST_ARM64_SMCCC_H

#include <stdint.h>

#define SMCCC_NOT_SUPPORTED UINT64_MAX

/* a call may change X1 to X17 */
#define SMCCC_CALL(instruction)                                                                   \
	register uint64_t x0 __asm__("x0") = nr;                                                  \
	register uint64_t x1 __asm__("x1") = a;                                                   \
	register uint64_t x2 __asm__("x2") = b;                                                   \
	register uint64_t x3 __asm__("x3") = c;                                                   \
	__asm__ volatile(instruction                                                              \
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                 \
			 :                                                                        \
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", \
			   "x15", "x16", "x17", "memory");                                        \
	return x0

static inline uint64_t smccc_hvc(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	SMCCC_CALL("hvc #0");
}

static inline uint64_t smccc_smc(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	SMCCC_CALL("smc #0");
}

#endif
