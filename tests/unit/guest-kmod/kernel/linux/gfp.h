/* SPDX-License-Identifier: MIT */
/* Allocation of pages, counted. */
#ifndef FAKE_LINUX_GFP_H
#define FAKE_LINUX_GFP_H

#include "fake_kernel.h"

typedef unsigned int gfp_t;

#define GFP_KERNEL    0u
#define GFP_NOIO      0u
#define __GFP_NORETRY 0u
#define __GFP_NOWARN  0u
#define __GFP_ZERO    0u

#define PAGE_SIZE 4096ul

#define get_zeroed_page(gfp)	     ((void)(gfp), (unsigned long)fake_kernel_pages(PAGE_SIZE))
#define __get_free_page(gfp)	     ((void)(gfp), (unsigned long)fake_kernel_pages(PAGE_SIZE))
#define alloc_pages_exact(size, gfp) ((void)(gfp), fake_kernel_pages(size))
#define free_page(page)		     fake_kernel_free_page(page)

#endif
