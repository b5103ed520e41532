/* SPDX-License-Identifier: MIT */
/*
 * Inside arch/arm64: which ring an exit of the guest's is, by the function number of a hypercall or
 * by the address of a read. Knows no KVM. Source: docs/protocol.md section 2.
 */
#ifndef ARCH_ARM64_DOORBELL_H
#define ARCH_ARM64_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"

/**
 * doorbell_of_call() - a hypercall
 * @nr: its function number
 * @ret_ring: set on success; with @has_page the page is for the caller to find out
 *
 * Return: true: a ring.
 */
bool doorbell_of_call(uint64_t nr, struct arch_ring *ret_ring);

/**
 * doorbell_of_read() - a read of memory that is no RAM
 * @address: physical, any
 * @len: bytes
 * @ret_ring: as above
 *
 * Return: true: a ring.
 */
bool doorbell_of_read(uint64_t address, unsigned int len, struct arch_ring *ret_ring);

#endif
