/* SPDX-License-Identifier: MIT */
/* The Power State Coordination Interface, Arm DEN 0022. KVM implements it. */
#ifndef GUEST_ARM64_PSCI_H
#define GUEST_ARM64_PSCI_H

#include <stdint.h>

#include "smccc.h"

#define PSCI_CPU_OFF	    0x84000002
#define PSCI_CPU_ON	    0xc4000003
#define PSCI_AFFINITY_INFO  0xc4000004
#define PSCI_MIGRATE	    0xc4000005
#define PSCI_SYSTEM_OFF	    0x84000008
#define PSCI_SYSTEM_RESET   0x84000009
#define PSCI_FEATURES	    0x8400000a
#define PSCI_SYSTEM_SUSPEND 0xc400000e
#define PSCI_SYSTEM_RESET2  0xc4000012
#define PSCI_COMMON_END	    0x84000020

#define PSCI_NOT_SUPPORTED -1
#define PSCI_INVALID	   -2
#define PSCI_ALREADY_ON	   -4

/* affinity of the second CPU, and of a CPU that does not exist */
#define SECOND_CPU 1
#define ABSENT_CPU 2

static inline int psci(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
	return (int)smccc_hvc(function, a, b, c);
}

#endif
