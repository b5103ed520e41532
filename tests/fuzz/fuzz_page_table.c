/* SPDX-License-Identifier: MIT */
/* Page tables of a hostile guest: memory that a walk finds must lie in guest RAM. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portal/guest_ram.h"
#include "portal/task_mem/page_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RAM_BASE     0x100000ull
#define RAM_SIZE     8192
#define NR_ADDRESSES 4

/**
 * struct input - start of an input; the rest of the input is copied to RAM
 * @abi: PORTAL_ABI_*
 * @paging: PORTAL_PAGING_*
 * @root: guest physical address of the top table
 * @gva: addresses to look up
 */
struct input {
	uint32_t abi, paging;
	uint64_t root;
	uint64_t gva[NR_ADDRESSES];
};

/* allocated on the heap, so that a sanitizer detects accesses beyond it */
static uint8_t *ram;

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	uint64_t offset = gpa.value - RAM_BASE;

	(void)ctx;
	return offset < RAM_SIZE && len <= RAM_SIZE - offset ? ram + offset : NULL;
}

static void check(const struct page_walk *walk)
{
	const volatile uint8_t *host = walk->host;

	if (walk->len == 0 || walk->nr == 0 || walk->nr > PAGE_TABLE_MAX_LEVELS)
		abort();
	if (walk->host < (void *)ram || host + walk->len > ram + RAM_SIZE)
		abort();
	if (!page_walk_holds(walk))
		abort();
	(void)host[0];
	(void)host[walk->len - 1];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct guest_ram mem = { .slice = slice };
	struct page_table table;
	struct page_walk walk;
	struct input input;

	if (size < sizeof(input) || size - sizeof(input) > RAM_SIZE)
		return 0;
	memcpy(&input, data, sizeof(input));
	ram = calloc(1, RAM_SIZE);
	if (!ram)
		return 0;
	memcpy(ram, data + sizeof(input), size - sizeof(input));
	page_table_init(&table, input.abi, input.root, input.paging);
	for (size_t i = 0; i < NR_ADDRESSES; i++)
		if (page_table_walk(&table, &mem, input.gva[i], &walk))
			check(&walk);
	free(ram);
	return 0;
}
