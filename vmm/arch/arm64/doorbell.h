/* SPDX-License-Identifier: MIT */
/*
 * Inside arch/arm64: which call an exit of the guest's is, by the function number of a hypercall or
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
 * @ret_call: set on success; with @has_page the page is for the caller to find out
 *
 * Return: true: a call.
 */
bool doorbell_of_call(uint64_t nr, struct arch_doorbell_call *ret_call);

/**
 * doorbell_of_read() - a read of memory that is no RAM
 * @address: physical, any
 * @len: bytes
 * @ret_call: as above
 *
 * Return: true: a call.
 */
bool doorbell_of_read(uint64_t address, unsigned int len, struct arch_doorbell_call *ret_call);

#endif
