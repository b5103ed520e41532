/* SPDX-License-Identifier: MIT */
/* The device tree, which the VMM has made (Devicetree Specification, chapter 5). */
#ifndef GUEST_ARM64_DEVTREE_H
#define GUEST_ARM64_DEVTREE_H

#include <stddef.h>
#include <stdint.h>

/** devtree_set() - set its address. Must be called before the functions of guest.h that read it. */
void devtree_set(const uint8_t *tree);

/** devtree_doorbell() - address of the second window of the portal device; 0: there is none. */
uint64_t devtree_doorbell(void);

#endif
