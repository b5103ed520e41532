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
#include <sys/prctl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "kvm/mem.h"

#define LOW_SIZE  MIB(4)
#define HIGH_BASE GIB(4)
#define HIGH_SIZE MIB(2)

static int setup(void **state)
{
	struct guest_mem *mem;

	assert_int_equal(mem_create(&mem), 0);
	/* the higher one first: the slots must be sorted by address */
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

static void test_mem_slice_beyond_slot_is_null(void **state)
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

static void test_mem_is_zeroed_and_written_bytes_read_back(void **state)
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

#define FILE_PAGES 4

/* the test file has FILE_PAGES pages and one byte; byte_of(n) is its byte n */
static uint8_t byte_of(uint64_t n)
{
	return (uint8_t)(n / MEM_PAGE_SIZE * 64 + n % 61 + 1);
}

static int make_file(void)
{
	uint8_t bytes[FILE_PAGES * MEM_PAGE_SIZE + 1];
	int fd = memfd_create("test", MFD_CLOEXEC);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = byte_of(i);
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	return fd;
}

static void check_bytes(const uint8_t *bytes, uint64_t offset, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(bytes[i], byte_of(offset + i));
}

static void check_fill(const uint8_t *bytes, uint8_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(bytes[i], value);
}

static void test_mem_map_file_replaces_only_the_given_pages(void **state)
{
	struct guest_mem *mem = *state;
	uint8_t *ram = mem_slice(mem, GPA(0), LOW_SIZE);
	int fd = make_file();

	memset(ram, 0xee, 5 * MEM_PAGE_SIZE);
	assert_int_equal(
		mem_map_file(mem, GPA(2 * MEM_PAGE_SIZE), fd, MEM_PAGE_SIZE, 2 * MEM_PAGE_SIZE), 0);
	close(fd);
	check_fill(ram, 0xee, 2 * MEM_PAGE_SIZE);
	check_bytes(ram + 2 * MEM_PAGE_SIZE, MEM_PAGE_SIZE, 2 * MEM_PAGE_SIZE);
	check_fill(ram + 4 * MEM_PAGE_SIZE, 0xee, MEM_PAGE_SIZE);
}

static void test_mem_map_file_writes_stay_private(void **state)
{
	struct guest_mem *mem = *state;
	uint8_t *one = mem_slice(mem, GPA(0), MEM_PAGE_SIZE), buf[MEM_PAGE_SIZE];
	uint8_t *other = mem_slice(mem, GPA(HIGH_BASE), MEM_PAGE_SIZE);
	int fd = make_file();

	assert_int_equal(mem_map_file(mem, GPA(0), fd, 0, MEM_PAGE_SIZE), 0);
	assert_int_equal(mem_map_file(mem, GPA(HIGH_BASE), fd, 0, MEM_PAGE_SIZE), 0);
	memset(one, 0xee, MEM_PAGE_SIZE);
	check_bytes(other, 0, MEM_PAGE_SIZE);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	check_bytes(buf, 0, sizeof(buf));
	check_fill(one, 0xee, MEM_PAGE_SIZE);
	close(fd);
}

static void test_mem_map_file_first_and_last_page_of_a_slot(void **state)
{
	struct guest_mem *mem = *state;
	uint64_t last = HIGH_SIZE - MEM_PAGE_SIZE;
	int fd = make_file();

	assert_int_equal(mem_map_file(mem, GPA(HIGH_BASE), fd, 0, MEM_PAGE_SIZE), 0);
	assert_int_equal(mem_map_file(mem, GPA(HIGH_BASE + last), fd, 0, MEM_PAGE_SIZE), 0);
	check_bytes(mem_slice(mem, GPA(HIGH_BASE), MEM_PAGE_SIZE), 0, MEM_PAGE_SIZE);
	check_bytes(mem_slice(mem, GPA(HIGH_BASE + last), MEM_PAGE_SIZE), 0, MEM_PAGE_SIZE);
	assert_int_equal(mem_map_file(mem, GPA(HIGH_BASE + last), fd, 0, 2 * MEM_PAGE_SIZE),
			 -EFAULT);
	assert_int_equal(
		mem_map_file(mem, GPA(HIGH_BASE - MEM_PAGE_SIZE), fd, 0, 2 * MEM_PAGE_SIZE),
		-EFAULT);
	assert_int_equal(mem_map_file(mem, GPA(LOW_SIZE), fd, 0, MEM_PAGE_SIZE), -EFAULT);
	close(fd);
}

static void test_mem_map_file_bad_ranges_are_refused(void **state)
{
	static const struct {
		uint64_t gpa, offset, len;
		int err;
	} cases[] = {
		{ 1, 0, MEM_PAGE_SIZE, -EINVAL },
		{ 0, 1, MEM_PAGE_SIZE, -EINVAL },
		{ 0, 0, MEM_PAGE_SIZE - 1, -EINVAL },
		{ 0, 0, 0, -EINVAL },
		{ 0, 0, (FILE_PAGES + 1) * MEM_PAGE_SIZE, -ENODATA },
		{ 0, FILE_PAGES * MEM_PAGE_SIZE, MEM_PAGE_SIZE, -ENODATA },
		{ 0, UINT64_MAX - MEM_PAGE_SIZE + 1, MEM_PAGE_SIZE, -ENODATA },
	};
	struct guest_mem *mem = *state;
	uint8_t *ram = mem_slice(mem, GPA(0), LOW_SIZE);
	int fd = make_file();

	memset(ram, 0xee, 8 * MEM_PAGE_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
			mem_map_file(mem, GPA(cases[i].gpa), fd, cases[i].offset, cases[i].len),
			cases[i].err);
	assert_int_equal(mem_map_file(mem, GPA(0), -1, 0, MEM_PAGE_SIZE), -EBADF);
	check_fill(ram, 0xee, 8 * MEM_PAGE_SIZE);
	close(fd);
}

static void test_mem_should_map_is_false_with_huge_pages(void **state)
{
	struct guest_mem *mem = *state;

	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	assert_true(mem_should_map(mem));
	mem_use_huge_pages(mem);
	assert_false(mem_should_map(mem));
}

static void test_mem_should_map_is_false_after_prefault(void **state)
{
	struct guest_mem *mem = *state;

	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	assert_int_equal(mem_prefault(mem), 0);
	assert_false(mem_should_map(mem));
}

static bool is_resident(const struct mem_slot *slot, uint64_t offset)
{
	unsigned char state;

	assert_int_equal(mincore(slot->host + offset, 4096, &state), 0);
	return state & 1;
}

static void test_mem_pages_are_allocated_only_by_prefault(void **state)
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
		cmocka_unit_test_setup_teardown(test_mem_slice_reaches_first_and_last_byte, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_slice_beyond_slot_is_null, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_is_zeroed_and_written_bytes_read_back,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_write_past_the_end_copies_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_add_ram_refuses_bad_ranges, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_slots_are_in_order_and_huge_page_aligned,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_map_file_replaces_only_the_given_pages,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_map_file_writes_stay_private, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_map_file_first_and_last_page_of_a_slot,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_map_file_bad_ranges_are_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_should_map_is_false_with_huge_pages, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_should_map_is_false_after_prefault, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mem_pages_are_allocated_only_by_prefault,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_mem_table_full_is_enospc, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
