/* SPDX-License-Identifier: MIT */
/*
 * Random declarations over random memory: what the host reads from items equals what an operation
 * would have read. The seed is fixed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/user_mem.h"
#include "bench.h"
#include "fake_task.h"

#define NR_EVENTS 4000
#define NR_READS  60
#define MAX_READ  300

static struct bench bench;
static u64 generator = 0x853c49e6748fea9bull;
static unsigned int nr_fetched, nr_missed;

/* xorshift64*. Return: 0 .. @limit - 1. */
static u32 random_below(u32 limit)
{
	generator ^= generator >> 12;
	generator ^= generator << 25;
	generator ^= generator >> 27;
	return (u32)((generator * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static u64 random_addr(void)
{
	if (random_below(40) == 0)
		return (u64)random_below(3) - 1;
	return FAKE_TASK_BASE + random_below(FAKE_TASK_SIZE);
}

/* Makes memory of letters with some NULs and pointers into itself; one page in five is a hole. */
static void random_memory(void)
{
	fake_task_reset();
	for (u32 i = 0; i < FAKE_TASK_SIZE; i++)
		fake_task.bytes[i] = random_below(48) ? (u8)('a' + random_below(26)) : 0;
	for (u32 i = 0; i < 40; i++) {
		__le64 pointer = cpu_to_le64(random_addr());

		fake_task_put(8 * random_below(FAKE_TASK_SIZE / 8), &pointer, sizeof(pointer));
	}
	for (u32 i = 0; i < FAKE_TASK_NR_PAGES; i++)
		fake_task.is_hole[i] = random_below(5) == 0;
}

static void random_declarations(u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		const struct bench_fetch fetch = {
			.what = 1 + random_below(PORTAL_WIRE_FETCH_PPID),
			.arg = random_below(PORTAL_NR_ARGS),
			.offset = (u64)random_below(64) - 32,
			.inner_offset = (u64)random_below(64) - 32,
			.max = 1 + random_below(random_below(4) ? 64 : 2000),
			.len_from = (u16)random_below(3),
			.len_arg = (u16)random_below(PORTAL_NR_ARGS),
		};

		bench_declare(&bench, fetch);
	}
}

static void random_event(void)
{
	random_memory();
	bench_init(&bench, random_below(3) ? BENCH_ROOM : random_below(BENCH_ROOM + 1));
	bench.call.long_bytes = random_below(2) ? 8 : 4;
	for (u32 i = 0; i < PORTAL_NR_ARGS; i++)
		bench.call.args[i] = random_below(4) ? random_addr() : random_below(200);
	bench.fetch.ret = random_below(4) ? random_below(200) : -(s64)random_below(3);
	fake_task.fd_name = "/dev/switch";
	fake_task.args = "switch\0clear";
	fake_task.args_len = 13;
	random_declarations(1 + random_below(PORTAL_MAX_FETCH));
	bench_parse(&bench);
}

/* Return: an address in or near an item, or a random one. */
static u64 interesting_addr(void)
{
	if (bench.fetch.nr == 0 || random_below(8) == 0)
		return random_addr();
	return bench_item(&bench, random_below(bench.fetch.nr), NULL).addr +
	       (random_below(2) ? 0 : random_below(40)) - (random_below(8) ? 0 : 3);
}

static void check_read(u64 addr, u32 len)
{
	u8 fetched[MAX_READ], direct[MAX_READ];
	ssize_t n = fetched_read(&bench.items, addr, fetched, len);
	ssize_t expected = (ssize_t)user_mem_read(addr, direct, len);

	if (n == -ENOENT) {
		nr_missed++;
		return;
	}
	nr_fetched++;
	assert_int_equal(n, expected ? expected : -EFAULT);
	if (n > 0)
		assert_memory_equal(fetched, direct, n);
}

static void check_read_str(u64 addr, u32 len)
{
	char fetched[MAX_READ], direct[MAX_READ];
	ssize_t n = fetched_read_str(&bench.items, addr, fetched, len);
	ssize_t expected = user_mem_read_str(addr, direct, len);

	if (n == -ENOENT) {
		nr_missed++;
		return;
	}
	nr_fetched++;
	assert_int_equal(n, expected);
	if (n < 0)
		return;
	direct[n < len ? n : len - 1] = '\0';
	assert_string_equal(fetched, direct);
}

static void check_texts(u32 len)
{
	char text[MAX_READ];
	ssize_t n = fetched_fd_name(&bench.items, FAKE_TASK_FD, text, len);

	if (n >= 0)
		assert_int_equal(n, min(len, 11u));
	assert_in_set(fetched_fd_name(&bench.items, 77, text, len),
		      ((const LargestIntegralType[]){ (u64)-ENOENT, (u64)-EBADF }), 2);
	n = fetched_args(&bench.items, text, len);
	if (n >= 0)
		assert_int_equal(n, min(len, 12u));
	else
		assert_int_equal(n, -ENOENT);
}

static void test_fetched_reads_equal_direct_reads(void **state)
{
	(void)state;
	for (u32 event = 0; event < NR_EVENTS; event++) {
		random_event();
		for (u32 i = 0; i < NR_READS; i++) {
			check_read(interesting_addr(), 1 + random_below(MAX_READ));
			check_read(interesting_addr(), 1 + random_below(16));
			check_read_str(interesting_addr(), 1 + random_below(MAX_READ));
			check_read_str(interesting_addr(), 1 + random_below(16));
			check_texts(1 + random_below(20));
		}
	}
	/* both cases occurred often enough */
	assert_true(nr_fetched > 100000);
	assert_true(nr_missed > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetched_reads_equal_direct_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
