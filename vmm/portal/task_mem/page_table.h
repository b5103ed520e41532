/* SPDX-License-Identifier: MIT */
/*
 * A walk of a task's page tables in guest memory, with the access rights of the task. Pure look-up
 * in untrusted bytes: each entry is loaded once, and each address is checked with guest_ram. Knows
 * no session.
 *
 * An address is not found when its memory is not present, not accessible to user mode, protected by
 * a key, not RAM, or mapped in an unknown format. The caller then falls back to an operation.
 * Sources: Intel SDM vol. 3A 4.5; Arm ARM D8.3, with stage 1 attributes as Linux uses them.
 */
#ifndef PORTAL_PAGE_TABLE_H
#define PORTAL_PAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/gpa.h"

struct guest_ram;

#define PAGE_TABLE_MAX_LEVELS 5

enum page_table_format {
	PAGE_TABLE_NONE = 0, /* no address is found */
	PAGE_TABLE_X86,
	PAGE_TABLE_ARM64,
};

/**
 * struct page_table - location and format of a page table
 * @format: format of its entries
 * @root: address of its top table
 * @page_shift: log2 of the page size: 12, 14 or 16
 * @limit: first address that is not in the user's range
 * @nr_levels: 2 .. PAGE_TABLE_MAX_LEVELS
 * @is_lpa2: arm64: bits 50 and 51 of an address are in the shareability field of its entry
 */
struct page_table {
	enum page_table_format format;
	gpa_t root;
	unsigned int page_shift;
	uint64_t limit;
	unsigned int nr_levels;
	bool is_lpa2;
};

/**
 * struct page_walk - the result of a walk
 * @host: host address of the byte, shared with the guest
 * @len: bytes from there to the end of the page, at least 1
 * @is_written: the page is writable for user mode, and dirty
 * @entries: the entries that were read, from the top
 * @values: the value of each
 * @nr: number of entries
 */
struct page_walk {
	void *host;
	size_t len;
	bool is_written;
	const uint64_t *entries[PAGE_TABLE_MAX_LEVELS];
	uint64_t values[PAGE_TABLE_MAX_LEVELS];
	unsigned int nr;
};

/**
 * page_table_init() - describe the page tables of an event's task
 * @table: set; its format is PAGE_TABLE_NONE when the tables are not supported
 * @abi: PORTAL_ABI_* of the kernel
 * @root: portal_wire_event.pgd; may be set later in @table
 * @paging: portal_wire_hello.paging
 */
void page_table_init(struct page_table *table, uint32_t abi, uint64_t root, uint32_t paging);

/**
 * page_table_walk() - look up an address
 * @table: set by page_table_init()
 * @ram: guest RAM
 * @gva: address, any value
 * @ret_walk: set when the address is found
 *
 * Return: whether the address is found.
 */
bool page_table_walk(const struct page_table *table, const struct guest_ram *ram, uint64_t gva,
		     struct page_walk *ret_walk);

/** page_walk_holds() - check that no entry has changed since the walk. */
bool page_walk_holds(const struct page_walk *walk);

#endif
