/* SPDX-License-Identifier: MIT */
/* Page tables in a small guest memory, with the layout that a kernel uses. */
#ifndef UNIT_PORTAL_TABLES_H
#define UNIT_PORTAL_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "portal/guest_ram.h"
#include "portal/task_mem/page_table.h"

#define TABLES_BASE 0x80000000ull
#define TABLES_SIZE (8u << 20)

/* bits of entries */
#define X86_P	  (1ull << 0)
#define X86_W	  (1ull << 1)
#define X86_U	  (1ull << 2)
#define X86_D	  (1ull << 6)
#define X86_PS	  (1ull << 7)
#define X86_NX	  (1ull << 63)
#define ARM_VALID (1ull << 0)
#define ARM_TABLE (1ull << 1)
#define ARM_USER  (1ull << 6)
#define ARM_RO	  (1ull << 7)
#define ARM_AF	  (1ull << 10)

#define X86_PAGE (X86_P | X86_W | X86_U | X86_D)
#define ARM_PAGE (ARM_VALID | ARM_TABLE | ARM_USER | ARM_AF)

/**
 * struct tables - memory with page tables
 * @ram: TABLES_SIZE bytes at TABLES_BASE
 * @used: bytes allocated
 * @mem: access to @ram for page_table_walk()
 * @table: root and format of the tables
 * @link: bits of an entry for a table, besides its address
 */
struct tables {
	uint8_t *ram;
	size_t used;
	struct guest_ram mem;
	struct page_table table;
	uint64_t link;
};

/** tables_init() - create empty tables. @paging: as in an event, of a supported format. */
void tables_init(struct tables *tables, uint32_t abi, uint32_t paging);
void tables_done(struct tables *tables);

/** tables_alloc() - allocate a page of @size bytes, aligned to its size. Return: its GPA. */
uint64_t tables_alloc(struct tables *tables, size_t size);

/** tables_host() - get the host address of @gpa. */
void *tables_host(struct tables *tables, uint64_t gpa);

/**
 * tables_entry() - get the entry of @gva at @level (0: of a page), creating tables as needed
 *
 * Return: host address of the entry.
 */
uint64_t *tables_entry(struct tables *tables, uint64_t gva, unsigned int level);

/** tables_map() - map a new page at @gva with @bits in its entry. Return: its host address. */
uint8_t *tables_map(struct tables *tables, uint64_t gva, uint64_t bits);

#endif
