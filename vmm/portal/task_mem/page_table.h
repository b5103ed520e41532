/* SPDX-License-Identifier: MIT */
/*
 * A task's page tables in guest memory, read as the processor would read them for the task itself.
 * Pure look-up in hostile bytes: every entry is loaded once, every address goes through guest_ram;
 * knows no session.
 *
 * What is not plainly there for the task - absent, not the user's, guarded by a key, not RAM, in a
 * format that is not known - is not found: the guest can be asked then. Sources: Intel SDM vol. 3A
 * 4.5; Arm ARM D8.3, with stage 1 attributes as Linux uses them.
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
	PAGE_TABLE_NONE = 0, /* nothing is found in it */
	PAGE_TABLE_X86,
	PAGE_TABLE_ARM64,
};

/**
 * struct page_table - where one is and how to read it
 * @format: of its entries
 * @root: of its top table
 * @page_shift: log2 of a page: 12, 14, 16
 * @limit: addresses from here on are not the user's
 * @nr_levels: 2 .. PAGE_TABLE_MAX_LEVELS
 * @is_lpa2: arm64: addresses have their bits 50 and 51 where shareability is else
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
 * struct page_walk - one address looked up
 * @host: the byte at the address, shared with the guest
 * @len: bytes from there to the end of its page, at least 1
 * @is_written: the user may write to the page, and has: it is its own and known to be changed
 * @entries: the entries on the way, from the top
 * @values: what was in each
 * @nr: how many
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
 * page_table_init() - take what an event says of its task's tables
 * @table: set; its format is PAGE_TABLE_NONE when this cannot be read
 * @abi: PORTAL_ABI_* of the kernel
 * @root: portal_wire_syscall.pgd
 * @paging: portal_wire_syscall.paging
 */
void page_table_init(struct page_table *table, uint32_t abi, uint64_t root, uint32_t paging);

/**
 * page_table_walk() - look an address up
 * @table: any
 * @ram: guest RAM
 * @gva: any address
 * @ret_walk: set when it is found
 *
 * Return: false when it is not found.
 */
bool page_table_walk(const struct page_table *table, const struct guest_ram *ram, uint64_t gva,
		     struct page_walk *ret_walk);

/** page_walk_holds() - no entry on the way has changed since. */
bool page_walk_holds(const struct page_walk *walk);

#endif
