/* SPDX-License-Identifier: MIT */
/* Allocation of small objects, counted. */
#ifndef FAKE_LINUX_SLAB_H
#define FAKE_LINUX_SLAB_H

#include <linux/gfp.h>

#include "fake_kernel.h"

#define kcalloc(nr, size, gfp) fake_kernel_alloc((nr), (size), (gfp))
#define kzalloc(size, gfp)     fake_kernel_alloc(1, (size), (gfp))
#define kmalloc(size, gfp)     fake_kernel_alloc(1, (size), (gfp))
#define kfree(ptr)	       fake_kernel_free(ptr)

/* memory that need not be contiguous */
#define kvmalloc(size, gfp) fake_kernel_alloc(1, (size), (gfp))
#define kvzalloc(size, gfp) fake_kernel_alloc(1, (size), (gfp))
#define kvfree(ptr)	    fake_kernel_free(ptr)

#define struct_size(ptr, member, nr) (sizeof(*(ptr)) + (nr) * sizeof((ptr)->member[0]))

#endif
