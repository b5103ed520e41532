/* SPDX-License-Identifier: MIT */
/* Functions to which the compiler generates calls, even without a C library. */
#ifndef GUEST_INIT_MEMORY_H
#define GUEST_INIT_MEMORY_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);

#endif
