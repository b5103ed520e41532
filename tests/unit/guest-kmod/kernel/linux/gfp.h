/* SPDX-License-Identifier: MIT */
/* Allocation of pages, counted. */
#ifndef FAKE_LINUX_GFP_H
#define FAKE_LINUX_GFP_H

#include "fake_kernel.h"

#define GFP_KERNEL 0

#define get_zeroed_page(gfp) fake_kernel_page((gfp))
#define __get_free_page(gfp) fake_kernel_page((gfp))
#define free_page(page)	     fake_kernel_free((void *)(page))

#endif
