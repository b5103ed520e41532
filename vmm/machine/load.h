/* SPDX-License-Identifier: MIT */
/*
 * Loads the guest: kernel, initial RAM file system and command line into RAM, and the state of the
 * boot vCPU.
 */
#ifndef LOAD_H
#define LOAD_H

#include "arch/arch.h"
#include "boot/kernel_image.h"
#include "config.h"
#include "kvm/mem.h"

/**
 * struct load_initrd - the initial RAM file system
 * @data: its bytes; NULL: there is none
 * @len: their number
 */
struct load_initrd {
	const uint8_t *data;
	size_t len;
};

/**
 * struct load_target - the machine to load into
 * @vm: the VM with all its vCPUs
 * @mem: guest RAM, all zero
 * @cpu: the boot vCPU
 * @nr_virtio: virtio slots in use
 * @doorbell: form of the doorbell
 */
struct load_target {
	const struct vm *vm;
	const struct guest_mem *mem;
	const struct vcpu *cpu;
	unsigned int nr_virtio;
	enum arch_doorbell doorbell;
};

/**
 * load_guest() - copy everything into RAM and set up the boot vCPU
 * @config: command line, KASLR
 * @kernel: kernel image
 * @initrd: initial RAM file system, may be empty
 * @target: the machine
 *
 * Logs what is wrong.
 *
 * Return: 0; -EINVAL: bad input; other -errno: a failure of portal-vmm.
 */
must_check int load_guest(const struct vmm_config *config, const struct kernel_image *kernel,
			  const struct load_initrd *initrd, const struct load_target *target);

#endif
