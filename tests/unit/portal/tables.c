/* SPDX-License-Identifier: MIT */
#include "tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <portal/wire.h>
#include <stdlib.h>

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	struct tables *tables = ctx;

	if (gpa.value < TABLES_BASE || len > TABLES_SIZE ||
	    gpa.value - TABLES_BASE > TABLES_SIZE - len)
		return NULL;
	return tables->ram + (gpa.value - TABLES_BASE);
}

void tables_init(struct tables *tables, uint32_t abi, uint32_t paging)
{
	*tables = (struct tables){
		.ram = aligned_alloc(TABLES_SIZE, TABLES_SIZE),
		.link = abi == PORTAL_ABI_ARM64 ? ARM_VALID | ARM_TABLE : X86_P | X86_W | X86_U,
	};
	assert_non_null(tables->ram);
	for (size_t i = 0; i < TABLES_SIZE; i++)
		tables->ram[i] = 0;
	tables->mem = (struct guest_ram){ .slice = slice, .ctx = tables };
	page_table_init(&tables->table, abi,
			tables_alloc(tables, 1u << (paging & PORTAL_PAGING_PAGE_SHIFT_MASK)),
			paging);
	assert_int_not_equal(tables->table.format, PAGE_TABLE_NONE);
}

void tables_done(struct tables *tables)
{
	free(tables->ram);
}

uint64_t tables_alloc(struct tables *tables, size_t size)
{
	size_t at = (tables->used + size - 1) / size * size;

	assert_true(at + size <= TABLES_SIZE);
	tables->used = at + size;
	return TABLES_BASE + at;
}

void *tables_host(struct tables *tables, uint64_t gpa)
{
	void *host = slice(tables, GPA(gpa), 1);

	assert_non_null(host);
	return host;
}

uint64_t *tables_entry(struct tables *tables, uint64_t gva, unsigned int level)
{
	const struct page_table *table = &tables->table;
	unsigned int bits = table->page_shift - 3;
	size_t size = 1u << table->page_shift;
	uint64_t at = table->root.value;

	for (unsigned int i = table->nr_levels - 1;; i--) {
		uint64_t index = gva >> (table->page_shift + i * bits) & ((1u << bits) - 1);
		uint64_t *entry = tables_host(tables, at + index * 8);

		if (i == level)
			return entry;
		if (*entry == 0)
			*entry = tables_alloc(tables, size) | tables->link;
		at = *entry & 0xfffffffff000ull & ~(uint64_t)(size - 1);
	}
}

uint8_t *tables_map(struct tables *tables, uint64_t gva, uint64_t bits)
{
	uint64_t page = tables_alloc(tables, 1u << tables->table.page_shift);

	*tables_entry(tables, gva, 0) = page | bits;
	return tables_host(tables, page);
}
