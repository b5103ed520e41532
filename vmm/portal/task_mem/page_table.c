/* SPDX-License-Identifier: MIT */
#include "portal/task_mem/page_table.h"

#include <endian.h>
#include <portal/wire.h>
#include <stdatomic.h>

#include "portal/guest_ram.h"

#define ENTRY_SIZE 8
#define ADDRESS_52 0x000ffffffffff000ull
#define ADDRESS_50 0x0003fffffffff000ull
#define ADDRESS_48 0x0000fffffffff000ull

#define X86_PRESENT (1ull << 0)
#define X86_WRITE   (1ull << 1)
#define X86_USER    (1ull << 2)
#define X86_DIRTY   (1ull << 6)
#define X86_LARGE   (1ull << 7)
#define X86_KEY	    (0xfull << 59)

#define ARM64_VALID	(1ull << 0)
#define ARM64_TABLE	(1ull << 1) /* in the last level: a page */
#define ARM64_USER	(1ull << 6)
#define ARM64_RDONLY	(1ull << 7)
#define ARM64_LPA2_HIGH (3ull << 8)
#define ARM64_AF	(1ull << 10)
/* in a page's entry: permission overlay; in a table's entry: limits for all levels below */
#define ARM64_OVERLAY (7ull << 60)

enum entry_kind {
	ENTRY_ABSENT, /* not present, or not accessible to user mode */
	ENTRY_TABLE,
	ENTRY_PAGE,
};

/**
 * struct table_entry - a decoded entry
 * @kind: kind of the entry
 * @address: address of the table or page; the low bits of a large page are not yet masked
 * @may_write: the entry permits writes from user mode
 * @is_dirty: the page has been written
 */
struct table_entry {
	enum entry_kind kind;
	uint64_t address;
	bool may_write;
	bool is_dirty;
};

static bool init_x86(struct page_table *table, unsigned int va_bits)
{
	if (table->page_shift != 12 || (va_bits != 48 && va_bits != 57))
		return false;
	table->limit = 1ull << (va_bits - 1);
	table->nr_levels = va_bits == 57 ? 5 : 4;
	return true;
}

static bool init_arm64(struct page_table *table, unsigned int va_bits)
{
	unsigned int bits = table->page_shift - 3;

	if (table->page_shift != 12 && table->page_shift != 14 && table->page_shift != 16)
		return false;
	/* with 64 KiB pages, addresses of more than 48 bits have another layout */
	if (va_bits < 36 || va_bits > (table->page_shift == 16 ? 48u : 52u))
		return false;
	table->is_lpa2 = va_bits > 48;
	table->limit = 1ull << va_bits;
	table->nr_levels = (va_bits - table->page_shift + bits - 1) / bits;
	return true;
}

void page_table_init(struct page_table *table, uint32_t abi, uint64_t root, uint32_t paging)
{
	unsigned int va_bits = paging >> PORTAL_PAGING_VA_BITS_SHIFT;

	*table = (struct page_table){
		.root = GPA(root),
		.page_shift = paging & PORTAL_PAGING_PAGE_SHIFT_MASK,
	};
	if (root % ENTRY_SIZE != 0)
		return;
	if (abi == PORTAL_ABI_X86_64 && init_x86(table, va_bits))
		table->format = PAGE_TABLE_X86;
	else if (abi == PORTAL_ABI_ARM64 && init_arm64(table, va_bits))
		table->format = PAGE_TABLE_ARM64;
}

static struct table_entry decode_x86(uint64_t value, unsigned int level)
{
	struct table_entry entry = {
		.address = value & ADDRESS_52,
		.may_write = value & X86_WRITE,
		.is_dirty = value & X86_DIRTY,
	};

	if (!(value & X86_PRESENT) || !(value & X86_USER))
		entry.kind = ENTRY_ABSENT;
	else if (level > 0 && !(value & X86_LARGE))
		entry.kind = ENTRY_TABLE;
	else if (level <= 2 && !(value & X86_KEY))
		entry.kind = ENTRY_PAGE;
	return entry;
}

static uint64_t arm64_address(uint64_t value, bool is_lpa2)
{
	return is_lpa2 ? (value & ADDRESS_50) | (value & ARM64_LPA2_HIGH) << 42
		       : value & ADDRESS_48;
}

/* Linux treats a page that can be written without a fault as dirty. */
static struct table_entry decode_arm64(const struct page_table *table, uint64_t value,
				       unsigned int level)
{
	bool is_table = level > 0 && value & ARM64_TABLE;
	bool is_page = level == 0 && value & ARM64_TABLE;
	bool is_block = level > 0 && !is_table && level <= (table->page_shift == 12 ? 2u : 1u);
	struct table_entry entry = {
		.address = arm64_address(value, table->is_lpa2),
		.may_write = is_table || !(value & ARM64_RDONLY),
		.is_dirty = !(value & ARM64_RDONLY),
	};

	if (!(value & ARM64_VALID) || value & ARM64_OVERLAY)
		entry.kind = ENTRY_ABSENT;
	else if (is_table)
		entry.kind = ENTRY_TABLE;
	else if ((is_page || is_block) && value & ARM64_AF && value & ARM64_USER)
		entry.kind = ENTRY_PAGE;
	return entry;
}

static struct table_entry decode(const struct page_table *table, uint64_t value, unsigned int level)
{
	if (table->format == PAGE_TABLE_X86)
		return decode_x86(value, level);
	return decode_arm64(table, value, level);
}

static uint64_t entry_load(const uint64_t *entry)
{
	return le64toh(__atomic_load_n(entry, __ATOMIC_ACQUIRE));
}

/* Find the byte at @gva in the page of 1 << @shift bytes that @entry maps. */
static bool find_byte(const struct guest_ram *ram, const struct table_entry *entry,
		      unsigned int shift, uint64_t gva, struct page_walk *walk)
{
	uint64_t mask = (1ull << shift) - 1;
	uint64_t page = entry->address & ~mask;

	walk->len = (mask + 1) - (gva & mask);
	walk->host = ram->slice(ram->ctx, GPA(page + (gva & mask)), walk->len);
	return walk->host != NULL;
}

bool page_table_walk(const struct page_table *table, const struct guest_ram *ram, uint64_t gva,
		     struct page_walk *ret_walk)
{
	unsigned int bits = table->page_shift - 3;
	struct table_entry entry = { .kind = ENTRY_TABLE, .address = table->root.value };
	bool may_write = true;

	if (table->format == PAGE_TABLE_NONE || gva >= table->limit)
		return false;
	ret_walk->nr = 0;
	for (unsigned int level = table->nr_levels; level-- > 0;) {
		unsigned int shift = table->page_shift + level * bits;
		uint64_t index = gva >> shift & ((1ull << bits) - 1);
		const uint64_t *at =
			ram->slice(ram->ctx, GPA(entry.address + index * ENTRY_SIZE), ENTRY_SIZE);

		if (!at)
			return false;
		ret_walk->entries[ret_walk->nr] = at;
		ret_walk->values[ret_walk->nr] = entry_load(at);
		entry = decode(table, ret_walk->values[ret_walk->nr++], level);
		may_write = may_write && entry.may_write;
		if (entry.kind == ENTRY_PAGE) {
			ret_walk->is_written = may_write && entry.is_dirty;
			return find_byte(ram, &entry, shift, gva, ret_walk);
		}
		if (entry.kind == ENTRY_ABSENT)
			return false;
		/* a table fills its page; only the root may be smaller */
		entry.address &= ~((1ull << table->page_shift) - 1);
	}
	return false;
}

bool page_walk_holds(const struct page_walk *walk)
{
	/* order the caller's copy before the loads below */
	atomic_thread_fence(memory_order_acquire);
	for (unsigned int i = 0; i < walk->nr; i++)
		if (entry_load(walk->entries[i]) != walk->values[i])
			return false;
	return true;
}
