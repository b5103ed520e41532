/* SPDX-License-Identifier: MIT */
/*
 * Inside arch/arm64: the interrupt controller that KVM plays: a GICv3, or a GICv2 where the host
 * has only that. Knows its addresses; the devices' interrupts are not its business.
 */
#ifndef ARCH_ARM64_GIC_H
#define ARCH_ARM64_GIC_H

#include "kvm/vm.h"

/** gic_create() - the best one this host has; before the first vCPU. Return: 0; -ENODEV none; other
 * -errno. */
must_check int gic_create(struct vm *vm);

/** gic_complete() - give it its addresses and start it; all @nr_cpus vCPUs are there. Return: 0;
 * -errno. */
must_check int gic_complete(const struct vm *vm, unsigned int nr_cpus);

#endif
