/* SPDX-License-Identifier: MIT */
/* The guest's init, built for the guest and embedded in the VMM: a static ELF program. */
#ifndef GUEST_INIT_IMAGE_H
#define GUEST_INIT_IMAGE_H

#include <stdint.h>

/* the program for guests as wide as the host: the bytes from the first up to the second */
extern const uint8_t guest_init_image[];
extern const uint8_t guest_init_image_end[];

/* likewise for 32-bit arm; nothing where none was built */
extern const uint8_t guest_init_arm_image[];
extern const uint8_t guest_init_arm_image_end[];

#endif
