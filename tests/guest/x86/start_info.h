/* SPDX-License-Identifier: MIT */
/* The start info of the PVH entry, which the VMM has filled. */
#ifndef GUEST_X86_START_INFO_H
#define GUEST_X86_START_INFO_H

#include <stdint.h>

/**
 * start_info_set() - set its address. Must be called before the functions of guest.h that read it.
 */
void start_info_set(const uint8_t *start_info);

#endif
