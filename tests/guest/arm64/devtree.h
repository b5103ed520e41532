/* SPDX-License-Identifier: MIT */
/* What the VMM has left for the guest: the device tree (Devicetree Specification, chapter 5). */
#ifndef GUEST_ARM64_DEVTREE_H
#define GUEST_ARM64_DEVTREE_H

#include <stddef.h>
#include <stdint.h>

/** devtree_set() - where it is; before anything of guest.h that asks it. */
void devtree_set(const uint8_t *tree);

/** devtree_doorbell() - address of the portal device's second window; 0: it has none. */
uint64_t devtree_doorbell(void);

#endif
