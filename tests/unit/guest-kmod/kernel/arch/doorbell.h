/* SPDX-License-Identifier: MIT */
/* The instruction of the doorbell, which a test defines. */
#ifndef FAKE_ARCH_DOORBELL_H
#define FAKE_ARCH_DOORBELL_H

#include <linux/types.h>

bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind);

#endif
