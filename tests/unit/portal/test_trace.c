/* SPDX-License-Identifier: MIT */
/* The trace thread: opening, order across rings, waiting for space, closing, corrupt rings. */
#include "channel_rig.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

#define SIZE	PORTAL_TRACE_RING_MIN
#define NR_MANY 6000u

static struct channel_rig rig;

/* records that a test's take() has received */
static struct {
	uint32_t args[2][NR_MANY + 8];
	uint32_t nr[2], lost[2];
	uint64_t last_time, nr_backwards;
} saw;

static int setup(void **state)
{
	(void)state;
	memset(&saw, 0, sizeof(saw));
	channel_rig_init(&rig);
	rig.guest.wake_fd = channel_trace_fd(rig.channel);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	channel_rig_done(&rig);
	return 0;
}

/* ---- opening ---- */

static int opened;

static void open_trace(struct channel_rig *d, struct session *session)
{
	opened = op_trace_open(session, *(const uint32_t *)d->talk_ctx);
}

static int open_with(uint32_t size)
{
	channel_rig_run(&rig, open_trace, &size);
	rig.talk = NULL;
	return opened;
}

static void boot(void)
{
	assert_int_equal(open_with(SIZE), 0);
}

static void test_trace_open_twice_same_size_only(void **state)
{
	struct fake_session session;
	uint32_t size = SIZE;

	(void)state;
	boot();
	rig.talk = open_trace;
	rig.talk_ctx = &size;
	opened = -1;
	channel_rig_open(&rig, &session, 1);
	fake_session_finish(&session);
	assert_int_equal(opened, 0);
	size = 2 * SIZE;
	channel_rig_open(&rig, &session, 1);
	fake_session_finish(&session);
	assert_int_equal(opened, -EEXIST);
}

static void test_trace_open_returns_the_guests_errno(void **state)
{
	(void)state;
	rig.guest.most_trace = SIZE;
	assert_int_equal(open_with(2 * SIZE), -ENOMEM);
}

/* a forged answer to TRACE_OPEN */
static struct {
	uint64_t gpas[PORTAL_MAX_TRACE_RINGS];
	uint64_t size;
} forged;

static void forge_trace_rings(void *ctx, struct portal_region *region)
{
	struct channel_rig *d = ctx;

	if (!d->guest.trace_size)
		return;
	region->size = htole64(forged.size);
	memcpy(region->data, forged.gpas, sizeof(forged.gpas));
}

static void test_trace_invalid_ring_addresses_are_eproto(void **state)
{
	const uint64_t first = FAKE_TRACE_BASE, second = FAKE_TRACE_BASE + FAKE_TRACE_STRIDE;
	const struct {
		uint64_t a, b, size;
		int ret;
	} cases[] = {
		{ first, second, 0, -EPROTO },
		{ first, second, 12, -EPROTO },
		{ first, second, 8 * PORTAL_MAX_TRACE_RINGS + 8, -EPROTO },
		{ first, second + 8, 16, -EPROTO },
		{ first, second + PORTAL_PAGE_SIZE, 16, -EPROTO },
		{ first, first, 16, -EPROTO },
		{ first, 0, 16, -EPROTO },
		{ first, UINT64_MAX - PORTAL_PAGE_SIZE + 1, 16, -EPROTO },
		{ FAKE_RAM_BASE, second, 16, -EPROTO },
		{ second, first, 16, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake_session session;
		uint32_t size = SIZE;

		assert_int_equal(fake_hello(&rig.guest, 0), 0);
		forged.gpas[0] = htole64(cases[i].a);
		forged.gpas[1] = htole64(cases[i].b);
		forged.size = cases[i].size;
		rig.guest.tamper = forge_trace_rings;
		rig.guest.tamper_ctx = &rig;
		rig.talk = open_trace;
		rig.talk_ctx = &size;
		channel_rig_open(&rig, &session, 0);
		fake_session_finish(&session);
		assert_int_equal(opened, cases[i].ret);
		rig.guest.tamper = NULL;
		assert_int_equal(fake_bye(&rig.guest, 0), 0);
	}
	assert_int_equal(channel_rig_stats(&rig).protocol_errors, ARRAY_SIZE(cases) - 1);
}

/* The pool is within a range that the guest reports as a trace ring. */
static void test_trace_ring_overlapping_the_pool_is_eproto(void **state)
{
	uint32_t size = SIZE;
	struct fake_session session;

	(void)state;
	channel_rig_done(&rig);
	setup(NULL);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	forged.gpas[0] = htole64(FAKE_RAM_BASE);
	forged.size = 8;
	rig.guest.tamper = forge_trace_rings;
	rig.guest.tamper_ctx = &rig;
	rig.talk = open_trace;
	rig.talk_ctx = &size;
	channel_rig_open(&rig, &session, 0);
	fake_session_finish(&session);
	assert_int_equal(opened, -EPROTO);
}

/* ---- records ---- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wake_thread(void)
{
	const uint64_t one = 1;

	assert_int_equal(write(channel_trace_fd(rig.channel), &one, sizeof(one)), sizeof(one));
}

static bool put_at(unsigned int vcpu, uint32_t arg, uint64_t time)
{
	const uint64_t args[PORTAL_NR_ARGS] = { arg };
	struct fake_event event;
	bool wake = false, done;
	uint8_t bytes[1024];
	size_t size;

	fake_fill_call(&rig.guest, &rig.task, 16, args, PORTAL_WHEN_ENTER, &event);
	fake_event_hook(&event, RIG_HOOK);
	size = fake_event_pack(&event, bytes, sizeof(bytes));
	done = fake_trace_write(&rig.guest.traces[vcpu], time, bytes, size, &wake);
	if (wake)
		wake_thread();
	return done;
}

static void note(struct channel_rig *d, const struct guest_event *event,
		 const struct trace_stamp *stamp)
{
	(void)d;
	saw.args[stamp->ring][saw.nr[stamp->ring]++] = (uint32_t)event->call.args[0];
	saw.lost[stamp->ring] += stamp->lost;
	saw.nr_backwards += stamp->time < saw.last_time;
	saw.last_time = stamp->time;
}

static void await_records(unsigned int nr)
{
	while (atomic_load(&rig.nr_trace) < nr)
		sched_yield();
}

static void test_trace_record_wakes_the_thread(void **state)
{
	(void)state;
	boot();
	rig.take = note;
	usleep(60000); /* long enough for the thread to sleep without a timeout */
	assert_true(put_at(1, 42, 7));
	await_records(1);
	channel_close_trace(rig.channel);
	assert_int_equal(rig.last_stamp.ring, 1);
	assert_int_equal(rig.last_stamp.time, 7);
	assert_int_equal(rig.last_stamp.lost, 0);
	assert_int_equal(saw.args[1][0], 42);
	assert_int_equal(channel_rig_stats(&rig).trace_produced, 1);
	assert_int_equal(channel_rig_stats(&rig).trace_consumed, 1);
	assert_int_equal(channel_rig_stats(&rig).doorbells[PORTAL_CALL_TRACE], 0);
}

static atomic_bool held;

static void hold_first(struct channel_rig *d, const struct guest_event *event,
		       const struct trace_stamp *stamp)
{
	while (atomic_load(&held))
		sched_yield();
	note(d, event, stamp);
}

static void test_trace_rings_are_merged_by_time(void **state)
{
	static const uint64_t times[2][4] = { { 10, 40, 50, 51 }, { 20, 30, 50, 60 } };

	(void)state;
	boot();
	rig.take = hold_first;
	atomic_store(&held, true);
	assert_true(put_at(0, 0, 1));
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int vcpu = 0; vcpu < 2; vcpu++)
			assert_true(put_at(vcpu, i, times[vcpu][i]));
	atomic_store(&held, false);
	channel_close_trace(rig.channel);
	assert_int_equal(saw.nr[0], 5);
	assert_int_equal(saw.nr[1], 4);
	assert_int_equal(saw.nr_backwards, 0);
}

static void test_trace_next_record_reports_lost_records(void **state)
{
	unsigned int nr = 0;

	(void)state;
	boot();
	rig.take = hold_first;
	atomic_store(&held, true);
	while (put_at(0, nr, nr))
		nr++;
	assert_true(nr >= 16);
	for (unsigned int i = 0; i < 5; i++)
		fake_trace_lose(&rig.guest.traces[0]);
	atomic_store(&held, false);
	await_records(nr);
	assert_true(put_at(0, nr + 5, nr + 5));
	channel_close_trace(rig.channel);
	assert_int_equal(rig.last_stamp.lost, 5);
	assert_int_equal(channel_rig_stats(&rig).trace_lost, 5);
	assert_int_equal(channel_rig_stats(&rig).trace_produced, nr + 6);
	assert_int_equal(channel_rig_stats(&rig).trace_consumed, nr + 1);
}

/* Write as fast as possible on one vCPU; if @blocks, make TRACE calls when the ring is full. */
static bool blocks;

static void *write_many(void *arg)
{
	unsigned int vcpu = arg ? 1 : 0;

	for (uint32_t n = 0; n < NR_MANY; n++) {
		while (!put_at(vcpu, n, now_ns())) {
			if (blocks && channel_call(rig.channel, vcpu, GPA(FAKE_RAM_BASE),
						   PORTAL_CALL_TRACE) == 0)
				continue;
			fake_trace_lose(&rig.guest.traces[vcpu]);
			break;
		}
	}
	return NULL;
}

static void write_on_both(void)
{
	pthread_t thread;

	boot();
	rig.take = note;
	assert_int_equal(pthread_create(&thread, NULL, write_many, &saw), 0);
	write_many(NULL);
	pthread_join(thread, NULL);
	channel_close_trace(rig.channel);
}

/* Numbers of records increase, and gaps in the numbers match the reported losses. */
static void check_numbers(void)
{
	for (unsigned int vcpu = 0; vcpu < 2; vcpu++) {
		assert_true(saw.nr[vcpu] > 0);
		for (uint32_t i = 1; i < saw.nr[vcpu]; i++)
			assert_true(saw.args[vcpu][i] > saw.args[vcpu][i - 1]);
		assert_int_equal(saw.args[vcpu][saw.nr[vcpu] - 1],
				 saw.nr[vcpu] - 1 + saw.lost[vcpu]);
	}
}

static void test_trace_produced_equals_consumed_plus_lost(void **state)
{
	struct channel_stats stats;

	(void)state;
	blocks = false;
	write_on_both();
	stats = channel_rig_stats(&rig);
	assert_int_equal(stats.trace_produced, 2 * NR_MANY);
	assert_int_equal(stats.trace_consumed + stats.trace_lost, 2 * NR_MANY);
	assert_int_equal(saw.nr[0] + saw.nr[1], stats.trace_consumed);
	assert_int_equal(stats.protocol_errors, 0);
	check_numbers();
}

static void test_trace_block_waits_for_space(void **state)
{
	struct channel_stats stats;

	(void)state;
	blocks = true;
	write_on_both();
	stats = channel_rig_stats(&rig);
	assert_int_equal(stats.trace_consumed, 2 * NR_MANY);
	assert_int_equal(stats.trace_lost, 0);
	assert_int_equal(stats.trace_blocked, stats.doorbells[PORTAL_CALL_TRACE]);
	assert_int_equal(stats.refused, 0);
	check_numbers();
}

/*
 * Two vCPUs take turns: each begins a record after the other has finished its last one. The thread
 * must deliver the records in that order.
 */
static atomic_uint turn;

static void *take_turns(void *arg)
{
	unsigned int vcpu = arg ? 1 : 0;

	for (uint32_t n = vcpu; n < NR_MANY; n += 2) {
		while (atomic_load(&turn) != n)
			;
		while (!put_at(vcpu, n, now_ns()))
			sched_yield();
		atomic_store(&turn, n + 1);
	}
	return NULL;
}

static uint32_t next_turn;

static void expect_turn(struct channel_rig *d, const struct guest_event *event,
			const struct trace_stamp *stamp)
{
	(void)stamp;
	if (event->call.args[0] == next_turn)
		next_turn++;
	else
		d->nr_broken++;
}

static void test_trace_records_written_in_turn_keep_their_order(void **state)
{
	pthread_t thread;

	(void)state;
	boot();
	rig.take = expect_turn;
	next_turn = 0;
	atomic_store(&turn, 0);
	assert_int_equal(pthread_create(&thread, NULL, take_turns, &saw), 0);
	take_turns(NULL);
	pthread_join(thread, NULL);
	channel_close_trace(rig.channel);
	assert_int_equal(next_turn, NR_MANY);
	assert_int_equal(atomic_load(&rig.nr_broken), 0);
}

/* ---- closing ---- */

static void test_trace_bye_delivers_all_records_first(void **state)
{
	(void)state;
	boot();
	rig.take = hold_first;
	atomic_store(&held, false);
	for (unsigned int i = 0; i < 10; i++)
		assert_true(put_at(0, i, i));
	assert_int_equal(fake_bye(&rig.guest, 0), 0);
	assert_int_equal(saw.nr[0], 10);
	assert_int_equal(rig.nr_bye, 1);
}

static void test_trace_reloaded_guest_module_has_new_rings(void **state)
{
	(void)state;
	boot();
	assert_true(put_at(0, 1, 1));
	assert_int_equal(fake_bye(&rig.guest, 0), 0);
	boot();
	assert_true(put_at(0, 2, 2));
	channel_close_trace(rig.channel);
	assert_int_equal(atomic_load(&rig.nr_trace), 2);
	assert_int_equal(channel_rig_stats(&rig).trace_produced, 2);
	assert_int_equal(channel_rig_stats(&rig).protocol_errors, 0);
}

static void test_trace_call_without_rings_or_pool_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(channel_call(rig.channel, 0, GPA(FAKE_RAM_BASE), PORTAL_CALL_TRACE),
			 -ENOENT);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_int_equal(channel_call(rig.channel, 0, GPA(FAKE_RAM_BASE), PORTAL_CALL_TRACE),
			 -ENOENT);
	boot();
	assert_int_equal(channel_call(rig.channel, 0, GPA(FAKE_RAM_BASE + 8), PORTAL_CALL_TRACE),
			 -ENOENT);
	assert_int_equal(channel_call(rig.channel, 0, GPA(FAKE_RAM_BASE), PORTAL_CALL_TRACE), 0);
}

/* ---- corrupt rings ---- */

static void test_trace_corrupt_ring_disabled_others_continue(void **state)
{
	struct portal_wire_trace_ring *shared;

	(void)state;
	boot();
	rig.take = note;
	shared = (struct portal_wire_trace_ring *)(void *)rig.guest.traces[0].page;
	assert_true(put_at(1, 1, 1));
	await_records(1);
	__atomic_store_n(&shared->head, htole32(0x80000000u), __ATOMIC_SEQ_CST);
	wake_thread();
	while (atomic_load(&rig.nr_broken) == 0)
		sched_yield();
	assert_true(put_at(1, 2, 2));
	wake_thread();
	await_records(2);
	assert_int_equal(channel_call(rig.channel, 0, GPA(FAKE_RAM_BASE), PORTAL_CALL_TRACE),
			 -EPROTO);
	channel_close_trace(rig.channel);
	assert_int_equal(rig.broken, 0);
	assert_int_equal(atomic_load(&rig.nr_broken), 1);
	assert_int_equal(channel_rig_stats(&rig).protocol_errors, 1);
	assert_int_equal(saw.nr[1], 2);
}

static void test_trace_invalid_event_disables_the_ring(void **state)
{
	uint8_t body[sizeof(struct portal_wire_event)] = { 0 };
	bool wake;

	(void)state;
	boot();
	assert_true(fake_trace_write(&rig.guest.traces[0], 1, body, sizeof(body), &wake));
	channel_close_trace(rig.channel);
	assert_int_equal(atomic_load(&rig.nr_broken), 1);
	assert_int_equal(atomic_load(&rig.nr_trace), 0);
}

/* A guest that never stops writing must not prevent the trace from closing. */
static atomic_bool is_over;

static void *write_for_ever(void *arg)
{
	(void)arg;
	for (uint32_t n = 0; !atomic_load(&is_over); n++)
		put_at(1, n, n);
	return NULL;
}

static void test_trace_close_ends_while_the_guest_writes(void **state)
{
	pthread_t thread;

	(void)state;
	boot();
	atomic_store(&is_over, false);
	assert_int_equal(pthread_create(&thread, NULL, write_for_ever, NULL), 0);
	await_records(100);
	channel_close_trace(rig.channel);
	atomic_store(&is_over, true);
	pthread_join(thread, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_trace_open_twice_same_size_only),
		TEST(test_trace_open_returns_the_guests_errno),
		TEST(test_trace_invalid_ring_addresses_are_eproto),
		TEST(test_trace_ring_overlapping_the_pool_is_eproto),
		TEST(test_trace_record_wakes_the_thread),
		TEST(test_trace_rings_are_merged_by_time),
		TEST(test_trace_next_record_reports_lost_records),
		TEST(test_trace_produced_equals_consumed_plus_lost),
		TEST(test_trace_block_waits_for_space),
		TEST(test_trace_records_written_in_turn_keep_their_order),
		TEST(test_trace_bye_delivers_all_records_first),
		TEST(test_trace_reloaded_guest_module_has_new_rings),
		TEST(test_trace_call_without_rings_or_pool_is_enoent),
		TEST(test_trace_corrupt_ring_disabled_others_continue),
		TEST(test_trace_invalid_event_disables_the_ring),
		TEST(test_trace_close_ends_while_the_guest_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
