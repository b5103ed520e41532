/* SPDX-License-Identifier: MIT */
/*
 * Inside arch/arm64: the device tree that tells the guest what machine it is on. Knows no KVM.
 *
 * Source: Devicetree Specification 0.4, and Linux, Documentation/devicetree/bindings.
 */
#ifndef ARCH_ARM64_DEVTREE_H
#define ARCH_ARM64_DEVTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "kvm/mem.h"

#define DEVTREE_SEED_SIZE 64

/**
 * struct devtree_machine - what it tells
 * @mem: guest RAM
 * @gic_version: 2 or 3
 * @nr_cpus: vCPUs, 1 .. 8 with a GICv2, else 1 .. ARM64_MAX_CPUS
 * @nr_virtio: virtio-mmio windows in use, counted from the first
 * @has_doorbell: the portal device has the window of the doorbell, too
 * @cmdline: for the kernel
 * @initrd: where the initial RAM file system is
 * @initrd_size: bytes; 0 = none
 * @rng_seed: entropy that the kernel begins with
 * @kaslr_seed: where the kernel puts itself follows from it; 0 = where it is
 */
struct devtree_machine {
	const struct guest_mem *mem;
	unsigned int gic_version;
	unsigned int nr_cpus;
	unsigned int nr_virtio;
	bool has_doorbell;
	const char *cmdline;
	gpa_t initrd;
	uint64_t initrd_size;
	uint8_t rng_seed[DEVTREE_SEED_SIZE];
	uint64_t kaslr_seed;
};

/**
 * devtree_build() - write the tree
 * @buf: gets it
 * @size: bytes it may have
 * @machine: what it is to tell
 *
 * Return: 0; -E2BIG it does not fit.
 */
must_check int devtree_build(void *buf, size_t size, const struct devtree_machine *machine);

/**
 * devtree_adopt() - somebody else's tree, with command line, initrd and seeds of @machine
 * @buf: gets it
 * @size: bytes it may have
 * @tree: bytes of any contents
 * @len: of @tree
 * @machine: what belongs into /chosen; the rest of the tree is left as it is
 *
 * Return: 0; -EBADMSG that is no device tree, a damaged one, or older than version 16; -E2BIG it
 * does not fit.
 */
must_check int devtree_adopt(void *buf, size_t size, const void *tree, size_t len,
			     const struct devtree_machine *machine);

/** devtree_len() - bytes of a tree that one of the above has written. */
size_t devtree_len(const void *tree);

/**
 * devtree_mpidr() - the affinity that KVM gives a vCPU
 * @id: its number
 *
 * Source: Linux, arch/arm64/kvm/sys_regs.c, reset_mpidr(): 16 in the lowest level, for the sake of
 * GICv3's SGIs.
 */
uint64_t devtree_mpidr(unsigned int id);

#endif
