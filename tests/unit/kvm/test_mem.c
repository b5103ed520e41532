/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bytes.h"
#include "kvm/mem.h"

#define LOW_SIZE  MIB(4)
#define HIGH_BASE GIB(4)
#define HIGH_SIZE MIB(2)

static int setup(void **state)
{
	struct guest_mem *mem;

	assert_int_equal(mem_create(&mem), 0);
	/* the later one first: slots are kept in order of address */
	assert_int_equal(mem_add_ram(mem, GPA(HIGH_BASE), HIGH_SIZE), 0);
	assert_int_equal(mem_add_ram(mem, GPA(0), LOW_SIZE), 0);
	*state = mem;
	return 0;
}

static int teardown(void **state)
{
	mem_destroy(*state);
	return 0;
}

static void test_mem_slice_reaches_first_and_last_byte(void **state)
{
	struct guest_mem *mem = *state;

	assert_non_null(mem_slice(mem, GPA(0), LOW_SIZE));
	assert_non_null(mem_slice(mem, GPA(LOW_SIZE - 1), 1));
	assert_non_null(mem_slice(mem, GPA(HIGH_BASE), HIGH_SIZE));
	assert_non_null(mem_slice(mem, GPA(HIGH_BASE + HIGH_SIZE - 1), 1));
}

static void test_mem_slice_refuses_what_leaves_a_slot(void **state)
{
	struct guest_mem *mem = *state;

	assert_null(mem_slice(mem, GPA(LOW_SIZE - 1), 2));
	assert_null(mem_slice(mem, GPA(LOW_SIZE), 1));
	assert_null(mem_slice(mem, GPA(HIGH_BASE - 1), 2));
	assert_null(mem_slice(mem, GPA(HIGH_BASE), HIGH_SIZE + 1));
	assert_null(mem_slice(mem, GPA(0), UINT64_MAX));
	assert_null(mem_slice(mem, GPA(UINT64_MAX), 1));
	assert_null(mem_slice(mem, GPA(UINT64_MAX - 15), 32));
	assert_null(mem_slice(mem, GPA(HIGH_BASE + HIGH_SIZE), 0));
}

static void test_mem_write_is_read_back_and_zero_at_first(void **state)
{
	struct guest_mem *mem = *state;
	uint8_t buf[16], zero[16] = { 0 };

	assert_int_equal(mem_read(mem, GPA(HIGH_BASE + 5), buf, sizeof(buf)), 0);
	assert_memory_equal(buf, zero, sizeof(buf));
	memset(buf, 0xa5, sizeof(buf));
	assert_int_equal(mem_write(mem, GPA(HIGH_BASE + 5), buf, sizeof(buf)), 0);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(mem_read(mem, GPA(HIGH_BASE + 5), buf, sizeof(buf)), 0);
	assert_int_equal(buf[0], 0xa5);
	assert_int_equal(buf[15], 0xa5);
}

static void test_mem_write_past_the_end_copies_nothing(void **state)
{
	struct guest_mem *mem = *state;
	uint8_t buf[16], last;

	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(mem_write(mem, GPA(LOW_SIZE - 8), buf, sizeof(buf)), -EFAULT);
	assert_int_equal(mem_read(mem, GPA(LOW_SIZE - 1), &last, 1), 0);
	assert_int_equal(last, 0);
	assert_int_equal(mem_read(mem, GPA(LOW_SIZE - 8), buf, sizeof(buf)), -EFAULT);
}

static void test_mem_add_ram_refuses_bad_ranges(void **state)
{
	struct guest_mem *mem = *state;

	assert_int_equal(mem_add_ram(mem, GPA(GIB(8)), 0), -EINVAL);
	assert_int_equal(mem_add_ram(mem, GPA(GIB(8) + 1), MIB(2)), -EINVAL);
	assert_int_equal(mem_add_ram(mem, GPA(GIB(8)), MIB(2) + 1), -EINVAL);
	assert_int_equal(mem_add_ram(mem, GPA(UINT64_MAX - 4095), MIB(2)), -EINVAL);
	assert_int_equal(mem_add_ram(mem, GPA(LOW_SIZE - 4096), 4096), -EEXIST);
	assert_int_equal(mem_add_ram(mem, GPA(HIGH_BASE - 4096), 8192), -EEXIST);
	assert_int_equal(mem_add_ram(mem, GPA(LOW_SIZE), 4096), 0);
}

static void test_mem_slots_are_in_order_and_huge_page_aligned(void **state)
{
	struct guest_mem *mem = *state;
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	assert_int_equal(nr, 2);
	assert_int_equal(slots[0].base.value, 0);
	assert_int_equal(slots[1].base.value, HIGH_BASE);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal((uintptr_t)slots[i].host % MIB(2), 0);
	assert_int_equal(mem_total(mem), LOW_SIZE + HIGH_SIZE);
}

static void test_mem_table_full_is_enospc(void **state)
{
	struct guest_mem *mem = *state;
	uint64_t base = GIB(8);

	for (int i = 2; i < MEM_MAX_SLOTS; i++, base += MIB(4))
		assert_int_equal(mem_add_ram(mem, GPA(base), 4096), 0);
	assert_int_equal(mem_add_ram(mem, GPA(base), 4096), -ENOSPC);
}

static bool is_resident(const struct mem_slot *slot, uint64_t offset)
{
	unsigned char state;

	assert_int_equal(mincore(slot->host + offset, 4096, &state), 0);
	return state & 1;
}

static void test_mem_is_touched_only_when_it_is_prefaulted(void **state)
{
	struct guest_mem *mem = *state;
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	assert_false(is_resident(&slots[0], 0));
	assert_false(is_resident(&slots[1], HIGH_SIZE - 4096));
	mem_use_huge_pages(mem);
	assert_false(is_resident(&slots[0], 0));
	assert_int_equal(mem_prefault(mem), 0);
	assert_true(is_resident(&slots[0], 0));
	assert_true(is_resident(&slots[1], HIGH_SIZE - 4096));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mem_slice_reaches_first_and_last_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_slice_refuses_what_leaves_a_slot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_write_is_read_back_and_zero_at_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_write_past_the_end_copies_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_add_ram_refuses_bad_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_slots_are_in_order_and_huge_page_aligned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_is_touched_only_when_it_is_prefaulted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_table_full_is_enospc, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
