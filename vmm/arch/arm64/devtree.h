/* SPDX-License-Identifier: MIT */
/*
 * Private to arch/arm64: the device tree that describes the machine to the guest. Must not use KVM.
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
 * struct devtree_machine - the machine to describe
 * @mem: guest RAM
 * @gic_version: 2 or 3
 * @nr_cpus: number of vCPUs: 1 .. 8 with a GICv2, otherwise 1 .. ARM64_MAX_CPUS
 * @nr_virtio: number of virtio-mmio windows in use, counted from the first
 * @has_doorbell: the portal device also has the doorbell window
 * @cmdline: the kernel's command line
 * @initrd: address of the initramfs
 * @initrd_size: its size in bytes; 0: no initramfs
 * @rng_seed: initial entropy for the kernel
 * @kaslr_seed: the kernel derives its randomised address from it; 0: no randomisation
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
 * devtree_build() - generate a tree
 * @buf: where to write the tree
 * @size: size of @buf in bytes
 * @machine: the machine to describe
 *
 * Return: 0; -E2BIG: the tree does not fit.
 */
must_check int devtree_build(void *buf, size_t size, const struct devtree_machine *machine);

/**
 * devtree_adopt() - copy the user's tree and set command line, initramfs and seeds in its /chosen
 * @buf: where to write the tree
 * @size: size of @buf in bytes
 * @tree: the user's tree, not validated
 * @len: size of @tree in bytes
 * @machine: values for /chosen; the rest of the tree is not changed
 *
 * Return: 0; -EBADMSG: @tree is not a device tree, is damaged, or is older than version 16; -E2BIG:
 * the result does not fit.
 */
must_check int devtree_adopt(void *buf, size_t size, const void *tree, size_t len,
			     const struct devtree_machine *machine);

/** devtree_len() - get the size in bytes of a tree that one of the functions above has written. */
size_t devtree_len(const void *tree);

/**
 * devtree_mpidr() - compute the affinity (MPIDR_EL1) that KVM gives to a vCPU
 * @id: the vCPU's number
 *
 * Source: Linux, arch/arm64/kvm/sys_regs.c, reset_mpidr(). The lowest level has only 16 values,
 * because of the format of SGIs in GICv3.
 */
uint64_t devtree_mpidr(unsigned int id);

#endif
