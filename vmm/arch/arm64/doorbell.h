/* SPDX-License-Identifier: MIT */
/*
 * Private to arch/arm64: decodes a doorbell call from the function number of a hypercall or from
 * the address of a read. Must not use KVM. Source: docs/protocol.md section 2.
 */
#ifndef ARCH_ARM64_DOORBELL_H
#define ARCH_ARM64_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"

/**
 * doorbell_of_call() - decode a hypercall
 * @nr: its function number
 * @ret_call: set on success; if @has_page is set, the caller must fill in @page
 *
 * Return: true: it is a call of the doorbell.
 */
bool doorbell_of_call(uint64_t nr, struct arch_doorbell_call *ret_call);

/**
 * doorbell_of_read() - decode a read of an address outside RAM
 * @address: guest physical address, any value
 * @len: size of the read in bytes, any value
 * @ret_call: as for doorbell_of_call()
 *
 * Return: true: it is a call of the doorbell.
 */
bool doorbell_of_read(uint64_t address, unsigned int len, struct arch_doorbell_call *ret_call);

#endif
