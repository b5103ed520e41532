/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "devices/bus.h"

struct probe {
	uint64_t offset;
	unsigned int len;
	unsigned int nr_reads, nr_writes;
	uint8_t last;
};

static void probe_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	struct probe *probe = dev;

	probe->offset = offset;
	probe->len = len;
	probe->nr_reads++;
	memset(data, 0x5a, len);
}

static void probe_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct probe *probe = dev;

	probe->offset = offset;
	probe->len = len;
	probe->nr_writes++;
	probe->last = *(const uint8_t *)data;
}

static const struct bus_ops probe_ops = { .read = probe_read, .write = probe_write };

static void test_bus_access_calls_the_device_with_offset(void **state)
{
	struct probe a = { 0 }, b = { 0 };
	uint8_t data[8] = { 7 };
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0x200, 0x10, &probe_ops, &b), 0);
	assert_int_equal(bus_add(&bus, 0x100, 0x10, &probe_ops, &a), 0);
	assert_true(bus_access(&bus, 0x20c, data, 4, true));
	assert_int_equal(b.offset, 0xc);
	assert_int_equal(b.len, 4);
	assert_int_equal(b.last, 7);
	assert_true(bus_access(&bus, 0x100, data, 8, false));
	assert_int_equal(a.nr_reads, 1);
	assert_int_equal(data[7], 0x5a);
}

static void test_bus_unused_address_reads_all_ones(void **state)
{
	static const uint64_t addrs[] = { 0, 0xff, 0x110, 0x1ff, 0x210, UINT64_MAX };
	struct probe probe = { 0 };
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0x100, 0x10, &probe_ops, &probe), 0);
	assert_int_equal(bus_add(&bus, 0x200, 0x10, &probe_ops, &probe), 0);
	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++) {
		uint8_t data[2] = { 0 };

		assert_false(bus_access(&bus, addrs[i], data, 1, false));
		assert_int_equal(data[0], 0xff);
		assert_int_equal(data[1], 0);
		assert_false(bus_access(&bus, addrs[i], data, 1, true));
	}
	assert_int_equal(probe.nr_reads + probe.nr_writes, 0);
}

static void test_bus_access_across_end_of_device_fails(void **state)
{
	struct probe probe = { 0 };
	uint8_t data[8];
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0x100, 6, &probe_ops, &probe), 0);
	assert_int_equal(bus_add(&bus, 0x106, 6, &probe_ops, &probe), 0);
	assert_true(bus_access(&bus, 0x102, data, 4, false));
	assert_false(bus_access(&bus, 0x103, data, 4, false));
	assert_false(bus_access(&bus, 0xff, data, 2, false));
	assert_false(bus_access(&bus, 0x100, data, 8, true));
	assert_int_equal(probe.nr_reads, 1);
	assert_int_equal(probe.nr_writes, 0);
}

static void test_bus_access_of_bad_width_fails(void **state)
{
	struct probe probe = { 0 };
	uint8_t data[16];
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0, 0x100, &probe_ops, &probe), 0);
	assert_false(bus_access(&bus, 0, data, 0, false));
	assert_false(bus_access(&bus, 0, data, 9, false));
	assert_true(bus_access(&bus, 0, data, 3, false));
}

static void test_bus_add_overlap_is_eexist(void **state)
{
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0x100, 0x10, &probe_ops, NULL), 0);
	assert_int_equal(bus_add(&bus, 0x100, 0x10, &probe_ops, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0x10f, 1, &probe_ops, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0xff, 2, &probe_ops, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0, 0x1000, &probe_ops, NULL), -EEXIST);
	assert_int_equal(bus_add(&bus, 0xff, 1, &probe_ops, NULL), 0);
	assert_int_equal(bus_add(&bus, 0x110, 1, &probe_ops, NULL), 0);
}

static void test_bus_range_ends_at_last_address_or_einval(void **state)
{
	struct probe probe = { 0 };
	uint8_t data[2];
	struct bus bus;

	(void)state;
	bus_init(&bus);
	assert_int_equal(bus_add(&bus, 0x10, 0, &probe_ops, NULL), -EINVAL);
	assert_int_equal(bus_add(&bus, UINT64_MAX, 2, &probe_ops, NULL), -EINVAL);
	assert_int_equal(bus_add(&bus, UINT64_MAX, 1, &probe_ops, &probe), 0);
	assert_true(bus_access(&bus, UINT64_MAX, data, 1, false));
	assert_false(bus_access(&bus, UINT64_MAX, data, 2, false));
}

static void test_bus_full_is_enospc(void **state)
{
	struct bus bus;

	(void)state;
	bus_init(&bus);
	for (uint64_t i = 0; i < BUS_MAX_DEVICES; i++)
		assert_int_equal(bus_add(&bus, i, 1, &probe_ops, NULL), 0);
	assert_int_equal(bus_add(&bus, BUS_MAX_DEVICES, 1, &probe_ops, NULL), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bus_access_calls_the_device_with_offset),
		cmocka_unit_test(test_bus_unused_address_reads_all_ones),
		cmocka_unit_test(test_bus_access_across_end_of_device_fails),
		cmocka_unit_test(test_bus_access_of_bad_width_fails),
		cmocka_unit_test(test_bus_add_overlap_is_eexist),
		cmocka_unit_test(test_bus_range_ends_at_last_address_or_einval),
		cmocka_unit_test(test_bus_full_is_enospc),
	};

	return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
