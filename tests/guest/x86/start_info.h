/* SPDX-License-Identifier: MIT */
/* What the VMM has left for the guest: the start info of the PVH entry. */
#ifndef GUEST_X86_START_INFO_H
#define GUEST_X86_START_INFO_H

#include <stdint.h>

/** start_info_set() - where it is; before anything of guest.h that asks it. */
void start_info_set(const uint8_t *start_info);

#endif
