/* SPDX-License-Identifier: MIT */
/* An event costs no allocation. The linker redirects allocations to this file (--wrap). */
#include "rig.h"

#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"

#define MEMORY 0x10000ull

static atomic_uint nr_allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t size)
{
	nr_allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	nr_allocations++;
	return __real_calloc(nr, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
	nr_allocations++;
	return __real_realloc(ptr, size);
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	nr_allocations++;
	return __real_mmap(addr, len, prot, flags, fd, offset);
}

static int work(struct portal_ctx *ctx, void *data)
{
	char text[64];
	struct portal_step steps[2] = {
		{ .addr = MEMORY + 128, .len = 16, .buf = text },
		{ .len = 16, .flags = PORTAL_STEP_F_BASED, .buf = text + 16 },
	};
	uint32_t value;

	(void)data;
	if (portal_read_str(ctx, MEMORY, text, sizeof(text)) < 0)
		return -1;
	if (portal_read_int(ctx, MEMORY, &value) < 0)
		return -1;
	if (portal_read_vec(ctx, steps, 2) != 2)
		return -1;
	if (portal_write_int(ctx, MEMORY + 64, value) < 0)
		return -1;
	return portal_set_ret(ctx, 1);
}

static void test_event_with_reads_and_writes_allocates_nothing(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl", .fn = work },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl", .fn = work,
		  .flags = PORTAL_HOOK_DEFER_WRITES },
	};
	struct rig rig;
	uint8_t *memory;

	(void)state;
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	assert_non_null(memory);
	put_le64(memory + 128, MEMORY);
	rig_hooks(&rig, "test", 0, hooks, 2);
	rig_boot(&rig);
	/* --wrap is in effect */
	assert_true(nr_allocations > 5);
	assert_int_equal(rig_call(&rig, "ioctl", 0, 0, 0), 1);
	nr_allocations = 0;
	for (int i = 0; i < 100; i++)
		assert_int_equal(rig_call(&rig, "ioctl", 0, 0, 0), 1);
	assert_int_equal(nr_allocations, 0);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
	rig_done(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_with_reads_and_writes_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
