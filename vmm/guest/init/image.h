/* SPDX-License-Identifier: MIT */
/* Our init, a static ELF program built for the guest, as bytes embedded in the loader. */
#ifndef GUEST_INIT_IMAGE_H
#define GUEST_INIT_IMAGE_H

#include <stdint.h>

/* for guests of the host's architecture: the bytes from the first symbol up to the second */
extern const uint8_t guest_init_image[];
extern const uint8_t guest_init_image_end[];

/* for 32-bit arm guests; empty if the build has no compiler for it */
extern const uint8_t guest_init_arm_image[];
extern const uint8_t guest_init_arm_image_end[];

#endif
