/* SPDX-License-Identifier: MIT */
/* Pages: a struct page has the page's own address. */
#ifndef FAKE_LINUX_MM_H
#define FAKE_LINUX_MM_H

#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1))

struct page;

#define __pa_symbol(address)	((unsigned long)(address))
#define PHYS_PFN(address)	((address) / PAGE_SIZE)
#define pfn_to_page(pfn)	((struct page *)((pfn)*PAGE_SIZE))
#define offset_in_page(address) ((unsigned long)(address) & ~PAGE_MASK)

#endif
