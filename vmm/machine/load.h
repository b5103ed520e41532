/* SPDX-License-Identifier: MIT */
/* From files to a guest that can take its first instruction: kernel, initial RAM file system,
 * command line. */
#ifndef LOAD_H
#define LOAD_H

#include "arch/arch.h"
#include "boot/kernel_image.h"
#include "config.h"
#include "kvm/mem.h"

/**
 * struct load_initrd - the initial RAM file system, wherever it came from
 * @data: bytes; NULL = none
 * @len: bytes
 */
struct load_initrd {
	const uint8_t *data;
	size_t len;
};

/**
 * struct load_target - the machine it goes into
 * @vm: with all its vCPUs
 * @mem: fresh guest RAM
 * @cpu: boot vCPU
 * @nr_virtio: virtio-mmio windows in use
 * @doorbell: how the guest calls
 */
struct load_target {
	const struct vm *vm;
	const struct guest_mem *mem;
	const struct vcpu *cpu;
	unsigned int nr_virtio;
	enum arch_doorbell doorbell;
};

/**
 * load_guest() - copy everything into RAM and set the boot vCPU up. Says on the log what is wrong.
 * @config: command line, KASLR
 * @kernel: to be loaded
 * @initrd: may be empty
 * @target: where to
 *
 * Return: 0; -EINVAL bad input; other -errno our own failure.
 */
must_check int load_guest(const struct vmm_config *config, const struct kernel_image *kernel,
			  const struct load_initrd *initrd, const struct load_target *target);

#endif
