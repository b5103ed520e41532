/* SPDX-License-Identifier: MIT */
/*
 * Copies from and to the shared page: each header and each payload is copied once. The linker
 * redirects the functions of region.h to this file (--wrap).
 */
#include "rig.h"

#include <portal/ops.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/region.h"

#define MEMORY 0x10000ull

static struct {
	unsigned int headers, loads, stores;
	size_t bytes_in, bytes_out;
} copies;

void __real_region_load(const void *page, struct region_header *ret_header);
void __real_region_load_data(const void *page, void *buf, size_t len);
void __real_region_store(void *page, const struct region_header *header, const void *data,
			 size_t len);
void __real_region_store_request(void *page, struct region_header *header,
				 const struct portal_wire_request *request, const void *data,
				 size_t len);
void __wrap_region_load(const void *page, struct region_header *ret_header);
void __wrap_region_load_data(const void *page, void *buf, size_t len);
void __wrap_region_store(void *page, const struct region_header *header, const void *data,
			 size_t len);
void __wrap_region_store_request(void *page, struct region_header *header,
				 const struct portal_wire_request *request, const void *data,
				 size_t len);

void __wrap_region_load(const void *page, struct region_header *ret_header)
{
	copies.headers++;
	__real_region_load(page, ret_header);
}

void __wrap_region_load_data(const void *page, void *buf, size_t len)
{
	copies.loads++;
	copies.bytes_in += len;
	__real_region_load_data(page, buf, len);
}

void __wrap_region_store(void *page, const struct region_header *header, const void *data,
			 size_t len)
{
	copies.stores++;
	copies.bytes_out += len;
	__real_region_store(page, header, data, len);
}

void __wrap_region_store_request(void *page, struct region_header *header,
				 const struct portal_wire_request *request, const void *data,
				 size_t len)
{
	copies.stores++;
	copies.bytes_out += sizeof(*request) + len;
	__real_region_store_request(page, header, request, data, len);
}

/* an event for one hook, without registers and items */
#define EVENT_SIZE (sizeof(struct portal_wire_event) + 8 + sizeof(struct portal_wire_syscall))

static struct rig rig;

static int setup(void **state)
{
	uint8_t *memory;

	(void)state;
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	assert_non_null(memory);
	put_le64(memory, MEMORY + 512);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

/* Read 64 bytes, write four of them, and set the result. */
static int decide(struct portal_ctx *ctx, void *data)
{
	uint64_t arg = portal_arg(ctx, 2);
	char buf[64];

	(void)data;
	if (portal_read_bytes(ctx, arg, buf, sizeof(buf)) != sizeof(buf) ||
	    portal_write_int(ctx, arg + 4, 2) < 0)
		return -1;
	return portal_set_ret(ctx, 0);
}

static int look(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_ret(ctx) == 1 ? -1 : 0;
}

/* Run a system call and count the copies after the setup. */
static void call_with(portal_syscall_fn *fn, uint32_t flags, const struct portal_fetch *fetch,
		      uint32_t nr)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl", .flags = flags,
		.fetch = fetch,		  .nr_fetch = nr,	    .fn = fn,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	memset(&copies, 0, sizeof(copies));
	rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

static void test_declared_and_deferred_is_one_copy_each_way(void **state)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = 64 }
	};
	const size_t write = sizeof(struct portal_wire_write) + 8;

	(void)state;
	call_with(decide, PORTAL_HOOK_DEFER_WRITES, fetch, 1);
	assert_int_equal(copies.headers, 1);
	assert_int_equal(copies.loads, 1);
	assert_int_equal(copies.bytes_in, EVENT_SIZE + sizeof(struct portal_wire_item) + 64);
	assert_int_equal(copies.stores, 1);
	assert_int_equal(copies.bytes_out, sizeof(struct portal_wire_verdict) + write);
}

static void test_event_without_changes_returns_no_payload(void **state)
{
	(void)state;
	call_with(look, 0, NULL, 0);
	assert_int_equal(copies.headers, 1);
	assert_int_equal(copies.loads, 1);
	assert_int_equal(copies.bytes_in, EVENT_SIZE);
	assert_int_equal(copies.stores, 1);
	assert_int_equal(copies.bytes_out, 0);
}

static void test_operation_costs_one_header_and_payload_each_way(void **state)
{
	(void)state;
	call_with(decide, 0, NULL, 0);
	/* the event; the read and the write, and their answers; the verdict */
	assert_int_equal(copies.headers, 3);
	assert_int_equal(copies.loads, 2);
	assert_int_equal(copies.bytes_in, EVENT_SIZE + 64);
	assert_int_equal(copies.stores, 3);
	assert_int_equal(copies.bytes_out, 2 * sizeof(struct portal_wire_request) + 4 +
						   sizeof(struct portal_wire_verdict));
}

#define COPIES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COPIES_TEST(test_declared_and_deferred_is_one_copy_each_way),
		COPIES_TEST(test_event_without_changes_returns_no_payload),
		COPIES_TEST(test_operation_costs_one_header_and_payload_each_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
