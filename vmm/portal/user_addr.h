/* SPDX-License-Identifier: MIT */
/*
 * User addresses of a guest's task that name the same memory. A pointer may have a tag in its high
 * bits, which the processor and the kernel ignore if the task has asked for that: the top byte on
 * arm64, bits 57 to 62 on x86 (LAM). Whether it has, only the guest knows, so an access always uses
 * the pointer as it is. Sources: Linux, Documentation/arch/arm64/tagged-address-abi.rst; Intel SDM
 * vol. 1, "Linear-address pre-processing".
 */
#ifndef PORTAL_USER_ADDR_H
#define PORTAL_USER_ADDR_H

#include <portal/wire.h>
#include <stdint.h>

#define USER_ADDR_ARM64_TAG  (0xffull << 56)
#define USER_ADDR_ARM64_HIGH (1ull << 55) /* the address is of the kernel's half */
#define USER_ADDR_X86_TAG    (0x3full << 57)
#define USER_ADDR_X86_HIGH   (1ull << 63)

/**
 * user_addr_untagged() - get an address without its tag, to compare it with others
 * @abi: PORTAL_ABI_* of the task's system call
 * @addr: address, any value
 *
 * Return: @addr without a tag. The addresses of an invalid pointer and of memory may become equal.
 */
static inline uint64_t user_addr_untagged(uint32_t abi, uint64_t addr)
{
	if (abi == PORTAL_ABI_ARM64 && !(addr & USER_ADDR_ARM64_HIGH))
		return addr & ~USER_ADDR_ARM64_TAG;
	if (abi == PORTAL_ABI_X86_64 && !(addr & USER_ADDR_X86_HIGH))
		return addr & ~USER_ADDR_X86_TAG;
	return addr;
}

#endif
