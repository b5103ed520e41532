/* SPDX-License-Identifier: MIT */
/* Mappings; the test defines the functions. */
#ifndef FAKE_LINUX_VMALLOC_H
#define FAKE_LINUX_VMALLOC_H

#define VM_MAP	    4
#define PAGE_KERNEL 0

struct page;

void *vmap(struct page **pages, unsigned int nr, unsigned long flags, int protection);
void vunmap(const void *map);

#endif
