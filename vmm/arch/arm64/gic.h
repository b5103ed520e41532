/* SPDX-License-Identifier: MIT */
/*
 * Private to arch/arm64: the interrupt controller that KVM emulates, a GICv3, or a GICv2 if the
 * host supports only that. Owns its addresses; must not know the devices' interrupts.
 */
#ifndef ARCH_ARM64_GIC_H
#define ARCH_ARM64_GIC_H

#include "kvm/vm.h"

/**
 * gic_create() - create the newest controller that this host supports, before the first vCPU
 *
 * Return: 0; -ENODEV: the host supports no controller; other -errno.
 */
must_check int gic_create(struct vm *vm);

/**
 * gic_complete() - set the controller's addresses and initialise it, after all @nr_cpus vCPUs exist
 *
 * Return: 0; -errno.
 */
must_check int gic_complete(const struct vm *vm, unsigned int nr_cpus);

#endif
