/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic exchanges of memory that the host's threads change as well, by architecture. Those threads
 * run on other processors, also while the guest has only one CPU. There Linux takes cmpxchg() and
 * cmpxchg64() for exchanges with no other processor: on x86 it patches their LOCK prefixes out.
 * This file does not know what is exchanged.
 */
#ifndef GUEST_ARCH_EXCHANGE_H
#define GUEST_ARCH_EXCHANGE_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/sync_bitops.h>

#if !defined(CONFIG_ARM)
/* x86: with a LOCK prefix that stays; arm64: its exchanges are the same for any number of CPUs */
#define exchange_u64(at, old, new) sync_cmpxchg(at, old, new)
#elif __LINUX_ARM_ARCH__ >= 6
/*
 * sync_cmpxchg() has no 64 bits here. This is its definition with cmpxchg64_relaxed(), which is
 * LDREXD and STREXD on every kernel. KVM maps all guest RAM as shareable, so they are exclusive
 * against other processors also where the kernel maps it as for one CPU.
 */
static inline u64 exchange_u64(u64 *at, u64 old, u64 new)
{
	u64 found;

	virt_mb__before_atomic();
	found = cmpxchg64_relaxed(at, old, new);
	virt_mb__after_atomic();
	return found;
}
#else
#error "this kernel has no exchange of 64 bits with another processor"
#endif

/**
 * exchange_with_host() - compare and exchange 64 bits, fully ordered, with any number of CPUs
 * @at: aligned to 8
 * @old: value to replace
 * @new: value to store if @old is found
 *
 * Return: the value found; if it is @old, @new has been stored.
 */
static inline u64 exchange_with_host(u64 *at, u64 old, u64 new)
{
	return exchange_u64(at, old, new);
}

#endif /* GUEST_ARCH_EXCHANGE_H */
