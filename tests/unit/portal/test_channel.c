/* SPDX-License-Identifier: MIT */
/* Calls, sessions and refusals: docs/protocol.md sections 1 to 3. */
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <portal/ops.h>
#include <string.h>

#include "channel_rig.h"

static int setup(void **state)
{
	static struct channel_rig rig;

	channel_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	channel_rig_done(*state);
	return 0;
}

static char comm_seen[PORTAL_COMM_SIZE];

/* Read once and store the return value in *talk_ctx. */
static void read_one(struct channel_rig *rig, struct session *session)
{
	ssize_t *ret_n = rig->talk_ctx;
	char buf[4];

	strcpy(comm_seen, rig->last_event.comm);
	*ret_n = op_read(session, RIG_MEMORY, buf, sizeof(buf));
}

static ssize_t read_result;

static void boot(struct channel_rig *rig)
{
	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	read_result = 12345;
	rig->talk = read_one;
	rig->talk_ctx = &read_result;
}

static int call_page(struct channel_rig *rig, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	return channel_call(rig->channel, vcpu, GPA(gpa), kind);
}

/* ---- hello ---- */

static void test_hello_registers_the_pool(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(call_page(rig, 0, fake_page_gpa(&rig->guest, 0), PORTAL_CALL_EVENT),
			 -ENOENT);
	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	assert_int_equal(rig->nr_hello, 1);
	assert_int_equal(channel_rig_stats(rig).hellos, 1);
}

static void test_hello_version_mismatch_reported(void **state)
{
	struct channel_rig *rig = *state;

	rig->guest.hello_version = 3;
	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	assert_int_equal(rig->nr_hello, 0);
	assert_int_equal(rig->mismatch, 3);
	assert_int_equal(call_page(rig, 0, fake_page_gpa(&rig->guest, 0), PORTAL_CALL_WORK),
			 -ENOENT);
}

static int hello_with(struct channel_rig *rig, struct portal_wire_hello *hello, size_t size)
{
	struct fake_session session;

	assert_int_equal(fake_session_open(&session, &rig->guest, NULL, 0, PORTAL_CALL_HELLO,
					   PORTAL_OPEN_HELLO, hello, size),
			 0);
	fake_session_finish(&session);
	return session.state == FAKE_REFUSED ? session.error : 0;
}

/* Another version may be longer, up to what fits in a page. */
static void test_hello_of_another_version_may_be_longer(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	uint8_t hello[PORTAL_DATA_SIZE] = { 3 };

	assert_int_equal(fake_session_open(&session, &rig->guest, NULL, 0, PORTAL_CALL_HELLO,
					   PORTAL_OPEN_HELLO, hello, sizeof(hello)),
			 0);
	fake_session_finish(&session);
	assert_int_equal(rig->nr_hello, 0);
	assert_int_equal(rig->mismatch, 3);
	/* this version has one size */
	hello[0] = PORTAL_WIRE_VERSION;
	assert_int_equal(hello_with(rig, (void *)hello, sizeof(hello)), -EPROTO);
}

static void test_hello_with_page_outside_ram_is_efault(void **state)
{
	struct channel_rig *rig = *state;
	struct portal_wire_hello hello;

	fake_fill_hello(&rig->guest, &hello);
	/* page 2 is the hole between the two halves */
	hello.ranges[0].nr_pages = htole32(3);
	hello.nr_ranges = htole32(1);
	assert_int_equal(hello_with(rig, &hello, sizeof(hello)), -EFAULT);
	assert_int_equal(rig->nr_hello, 0);
}

static void test_hello_on_page_outside_its_ranges_is_enoent(void **state)
{
	struct channel_rig *rig = *state;
	struct portal_wire_hello hello;

	fake_fill_hello(&rig->guest, &hello);
	hello.ranges[0] = hello.ranges[1];
	hello.nr_ranges = htole32(1);
	assert_int_equal(hello_with(rig, &hello, sizeof(hello)), -ENOENT);
}

static void test_hello_truncated_at_every_byte_is_eproto(void **state)
{
	struct channel_rig *rig = *state;
	struct portal_wire_hello hello;

	fake_fill_hello(&rig->guest, &hello);
	for (size_t size = 0; size < sizeof(hello); size++)
		assert_int_equal(hello_with(rig, &hello, size), -EPROTO);
	assert_int_equal(rig->nr_hello, 0);
}

static void test_hello_call_outside_ram_is_efault(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(call_page(rig, 0, 0, PORTAL_CALL_HELLO), -EFAULT);
	assert_int_equal(call_page(rig, 0, UINT64_MAX - 4095, PORTAL_CALL_HELLO), -EFAULT);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE + 8, PORTAL_CALL_HELLO), -EFAULT);
}

static void test_second_hello_cancels_open_sessions(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(session.state, FAKE_REQUESTED);
	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	assert_int_equal(read_result, -ECANCELED);
	fake_session_step(&session);
	assert_int_equal(session.state, FAKE_REFUSED);
	assert_int_equal(session.error, -ENOENT);
	fake_session_drop(&session);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
	assert_int_equal(channel_rig_stats(rig).cancelled, 1);
}

static void test_bye_removes_the_pool(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(fake_bye(&rig->guest, 1), 0);
	assert_int_equal(rig->nr_bye, 1);
	assert_int_equal(fake_work(&rig->guest, 0), -1);
	assert_int_equal(fake_bye(&rig->guest, 0), -ENOENT);
}

/* ---- events ---- */

static void test_event_is_delivered_completely(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rig->last_event.call.nr, 16);
	assert_int_equal(rig->last_event.call.args[5], 6);
	assert_string_equal(comm_seen, "task");
	assert_false(rig->last_event.call.is_return);
	assert_int_equal(read_result, 4);
}

static void open_raw(struct channel_rig *rig, struct fake_session *session, uint32_t code,
		     const void *payload, size_t size)
{
	assert_int_equal(fake_session_open(session, &rig->guest, &rig->task, 0, PORTAL_CALL_EVENT,
					   code, payload, size),
			 0);
	fake_session_finish(session);
}

static void test_event_truncated_at_every_byte_is_eproto(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	struct fake_event event;
	uint8_t bytes[PORTAL_DATA_SIZE];
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	size_t whole;

	boot(rig);
	channel_rig_event(rig, args, PORTAL_WHEN_RETURN, &event);
	whole = fake_event_pack(&event, bytes, sizeof(bytes));
	for (size_t size = 0; size < whole; size++) {
		open_raw(rig, &session, PORTAL_OPEN_EVENT, bytes, size);
		assert_int_equal(session.error, -EPROTO);
	}
	assert_int_equal(rig->nr_call, 0);
	open_raw(rig, &session, PORTAL_OPEN_EVENT, bytes, whole);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_true(rig->last_event.call.is_return);
}

static void test_event_larger_than_the_page_is_eproto(void **state)
{
	static const uint64_t sizes[] = { 4073, 0x80000000, UINT64_MAX };
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	for (size_t i = 0; i < 3; i++) {
		struct portal_region *region;

		open_raw(rig, &session, PORTAL_OPEN_WORK, NULL, 0);
		region = fake_session_region(&session);
		region->op = htole64(PORTAL_OPEN_EVENT);
		region->size = htole64(sizes[i]);
		assert_int_equal(call_page(rig, 0, fake_page_gpa(&rig->guest, session.page),
					   PORTAL_CALL_EVENT),
				 -EPROTO);
		/* the page is unchanged */
		assert_int_equal(le64toh(region->op), PORTAL_OPEN_EVENT);
	}
}

static void test_event_with_unknown_code_is_eproto(void **state)
{
	static const uint32_t codes[] = { 0, 1, PORTAL_OPEN_HELLO, PORTAL_OPEN_WORK, 0xe00000ff };
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	for (size_t i = 0; i < 5; i++) {
		open_raw(rig, &session, codes[i], NULL, 0);
		assert_int_equal(session.error, -EPROTO);
	}
	assert_int_equal(channel_rig_stats(rig).protocol_errors, 5);
}

static void test_error_event_is_delivered(void **state)
{
	struct channel_rig *rig = *state;
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	struct {
		struct portal_wire_error error;
		struct portal_wire_syscall call;
	} body = {
		.error.kind = htole16(PORTAL_EVENT_SYSCALL_ENTER),
		.error.err = htole32((uint32_t)-EFAULT),
		.error.addr = htole64(0x1234),
	};
	struct fake_session session;
	struct fake_event event;

	boot(rig);
	channel_rig_event(rig, args, PORTAL_WHEN_ENTER, &event);
	body.call = event.call;
	body.call.nr_regs = 0;
	event.header.kind = htole16(PORTAL_EVENT_ERROR);
	event.body = &body;
	event.body_size = sizeof(body);
	assert_int_equal(fake_event_open(&session, &rig->guest, &rig->task, 0, &event), 0);
	fake_session_finish(&session);
	assert_int_equal(rig->nr_error, 1);
	assert_int_equal(rig->last_event.hooks[0], RIG_HOOK);
	assert_int_equal(rig->last_event.error.err, -EFAULT);
	assert_int_equal(rig->last_event.error.addr, 0x1234);
}

static void test_work_session_is_served(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(fake_work(&rig->guest, 1), 0);
	assert_int_equal(rig->nr_work, 1);
}

/* ---- refusals ---- */

static void test_call_outside_the_pool_is_enoent(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE - 4096, PORTAL_CALL_EVENT), -ENOENT);
	/* the hole, and the page after the last */
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE + 2 * 4096, PORTAL_CALL_EVENT), -ENOENT);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE + 5 * 4096, PORTAL_CALL_EVENT), -ENOENT);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE + 1, PORTAL_CALL_EVENT), -ENOENT);
	assert_int_equal(call_page(rig, 0, UINT64_MAX, PORTAL_CALL_ANSWER), -ENOENT);
	assert_int_equal(channel_rig_stats(rig).refused, 5);
}

/* Call by index, as on architectures whose doorbell does not pass an address. */
static int call_by_index(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	struct channel_rig *rig = ctx;
	uint32_t index = 0;

	while (fake_page_gpa(&rig->guest, index) != gpa)
		index++;
	return channel_call_index(rig->channel, vcpu, index, kind);
}

static void test_call_by_index_uses_that_page(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session[4];

	boot(rig);
	rig->guest.call = call_by_index;
	for (int i = 0; i < 4; i++) {
		channel_rig_open(rig, &session[i], 0);
		assert_int_equal(session[i].state, FAKE_REQUESTED);
	}
	for (int i = 0; i < 4; i++)
		fake_session_finish(&session[i]);
	assert_int_equal(rig->nr_call, 4);
	assert_int_equal(channel_rig_stats(rig).refused, 0);
}

static void test_call_by_index_outside_the_pool_is_enoent(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(channel_call_index(rig->channel, 0, 0, PORTAL_CALL_EVENT), -ENOENT);
	boot(rig);
	assert_int_equal(channel_call_index(rig->channel, 0, 4, PORTAL_CALL_EVENT), -ENOENT);
	assert_int_equal(channel_call_index(rig->channel, 0, UINT32_MAX, PORTAL_CALL_ANSWER),
			 -ENOENT);
	assert_int_equal(channel_call_index(rig->channel, 0, 4, PORTAL_CALL_HELLO), -EFAULT);
	assert_int_equal(channel_rig_stats(rig).refused, 4);
}

static void test_unknown_kind_and_vcpu_are_einval(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE, 0), -EINVAL);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE, PORTAL_CALL_GROW + 1), -EINVAL);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE, UINT32_MAX), -EINVAL);
	assert_int_equal(call_page(rig, RIG_VCPUS, FAKE_RAM_BASE, PORTAL_CALL_WORK), -EINVAL);
	assert_int_equal(channel_rig_stats(rig).doorbells[0], 3);
}

static void test_answer_without_a_session_is_enoent(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE, PORTAL_CALL_ANSWER), -ENOENT);
}

static void test_answer_with_wrong_generation_keeps_the_session(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	uint32_t own;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	own = session.generation;
	session.generation = own + 1;
	fake_session_step(&session);
	assert_int_equal(session.error, -ESTALE);
	assert_int_equal(read_result, 12345);
	session.generation = own;
	session.state = FAKE_REQUESTED;
	fake_session_region(&session)->size = htole64(4);
	fake_session_region(&session)->op = htole64(PORTAL_RESP_DONE | (uint64_t)own << 32);
	fake_session_call(&session, PORTAL_CALL_ANSWER);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, 4);
	fake_session_drop(&session);
}

static void test_answer_from_another_vcpu_keeps_the_session(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	fake_session_serve(&session);
	assert_int_equal(
		call_page(rig, 1, fake_page_gpa(&rig->guest, session.page), PORTAL_CALL_ANSWER),
		-EBUSY);
	fake_session_call(&session, PORTAL_CALL_ANSWER);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, 4);
	fake_session_drop(&session);
}

static void test_opening_an_open_session_cancels_it(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	uint64_t gpa;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	gpa = fake_page_gpa(&rig->guest, session.page);
	assert_int_equal(call_page(rig, 0, gpa, PORTAL_CALL_EVENT), -EBUSY);
	assert_int_equal(read_result, -ECANCELED);
	assert_int_equal(call_page(rig, 0, gpa, PORTAL_CALL_ANSWER), -ENOENT);
	fake_session_drop(&session);
}

static void *call_work_from_vcpu_1(void *arg)
{
	struct channel_rig *rig = arg;

	return (void *)(intptr_t)call_page(rig, 1, FAKE_RAM_BASE, PORTAL_CALL_WORK);
}

static void test_doomed_session_is_cancelled_on_its_own_thread(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	pthread_t thread;
	void *ret;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(session.page, 0);
	pthread_create(&thread, NULL, call_work_from_vcpu_1, rig);
	pthread_join(thread, &ret);
	assert_int_equal((intptr_t)ret, -EBUSY);
	/* not yet: its coroutine belongs to this thread */
	assert_int_equal(read_result, 12345);
	fake_session_step(&session);
	assert_int_equal(session.state, FAKE_REFUSED);
	assert_int_equal(read_result, -ECANCELED);
	fake_session_drop(&session);
}

/* ---- sessions whose task or vCPU has gone away ---- */

static void test_remote_answer_continues_the_session(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	session.is_away = true;
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, 4);
	assert_int_equal(channel_rig_stats(rig).doorbells[PORTAL_CALL_ANSWER_REMOTE], 1);
	assert_int_equal(channel_rig_stats(rig).refused, 0);
}

static void test_remote_answer_on_another_vcpu_is_ebusy(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	fake_session_serve(&session);
	assert_int_equal(call_page(rig, 1, fake_page_gpa(&rig->guest, session.page),
				   PORTAL_CALL_ANSWER_REMOTE),
			 -EBUSY);
	fake_session_call(&session, PORTAL_CALL_ANSWER_REMOTE);
	assert_int_equal(session.state, FAKE_ENDED);
	fake_session_drop(&session);
}

/* What vCPU 1 does while vCPU 0 is offline, on another thread. */
struct elsewhere {
	struct channel_rig *rig;
	struct fake_session *session;
	int ret;
};

static void *cancel_from_vcpu_1(void *arg)
{
	struct elsewhere *elsewhere = arg;

	elsewhere->ret = fake_session_cancel(elsewhere->session, 1);
	return NULL;
}

static int cancel_elsewhere(struct channel_rig *rig, struct fake_session *session)
{
	struct elsewhere elsewhere = { .rig = rig, .session = session };
	pthread_t thread;

	pthread_create(&thread, NULL, cancel_from_vcpu_1, &elsewhere);
	pthread_join(thread, NULL);
	return elsewhere.ret;
}

static void test_cancelled_session_ends_when_its_vcpu_attends(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(cancel_elsewhere(rig, &session), 0);
	assert_int_equal(rig->nr_wake, 1);
	assert_int_equal(rig->woken, 0);
	/* not yet: its coroutine belongs to this thread */
	assert_int_equal(read_result, 12345);
	channel_attend(rig->channel, 1);
	assert_int_equal(read_result, 12345);
	channel_attend(rig->channel, 0);
	assert_int_equal(read_result, -ECANCELED);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
	assert_int_equal(channel_rig_stats(rig).cancelled, 1);
	assert_int_equal(channel_rig_stats(rig).protocol_errors, 0);
}

static void test_cancelled_session_ends_at_the_next_call_of_its_vcpu(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(cancel_elsewhere(rig, &session), 0);
	assert_int_equal(fake_work(&rig->guest, 0), 0);
	assert_int_equal(read_result, -ECANCELED);
}

static void test_own_vcpu_cancels_at_once(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(fake_session_cancel(&session, 0), 0);
	assert_int_equal(read_result, -ECANCELED);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
}

/* The page is free although the old session has not ended, and neither disturbs the other. */
static void test_page_of_a_cancelled_session_is_free_at_once(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session old, new;
	ssize_t old_result = 12345;

	boot(rig);
	rig->talk_ctx = &old_result;
	channel_rig_open(rig, &old, 0);
	assert_int_equal(cancel_elsewhere(rig, &old), 0);
	rig->talk_ctx = &read_result;
	channel_rig_open(rig, &new, 1);
	assert_int_equal(new.page, old.page);
	assert_int_equal(new.state, FAKE_REQUESTED);
	channel_attend(rig->channel, 0);
	assert_int_equal(old_result, -ECANCELED);
	fake_session_finish(&new);
	assert_int_equal(new.state, FAKE_ENDED);
	assert_int_equal(read_result, 4);
	assert_int_equal(channel_rig_stats(rig).refused, 0);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
}

static void test_cancelled_session_survives_its_pool(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	assert_int_equal(cancel_elsewhere(rig, &session), 0);
	assert_int_equal(fake_bye(&rig->guest, 1), 0);
	assert_int_equal(fake_hello(&rig->guest, 1), 0);
	assert_int_equal(read_result, 12345);
	channel_cancel_vcpu(rig->channel, 0);
	assert_int_equal(read_result, -ECANCELED);
}

static void test_cancel_without_a_session_is_enoent(void **state)
{
	struct channel_rig *rig = *state;

	boot(rig);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE, PORTAL_CALL_CANCEL), -ENOENT);
	assert_int_equal(call_page(rig, 0, FAKE_RAM_BASE - 4096, PORTAL_CALL_CANCEL), -ENOENT);
}

static void test_cancel_with_wrong_generation_keeps_the_session(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	uint32_t own;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	own = session.generation;
	session.generation = own + 1;
	assert_int_equal(fake_session_cancel(&session, 1), -ESTALE);
	session.generation = own;
	fake_session_serve(&session);
	fake_session_region(&session)->op = htole64(PORTAL_RESP_DONE | (uint64_t)own << 32);
	fake_session_region(&session)->size = htole64(4);
	fake_session_call(&session, PORTAL_CALL_ANSWER);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, 4);
}

static void cancel_inside(struct channel_rig *rig, struct session *session)
{
	int *ret = rig->talk_ctx;

	(void)session;
	*ret = call_page(rig, 1, FAKE_RAM_BASE, PORTAL_CALL_CANCEL);
}

static void test_cancel_of_a_session_in_a_call_is_ebusy(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	int ret = 0;

	boot(rig);
	rig->talk = cancel_inside;
	rig->talk_ctx = &ret;
	channel_rig_open(rig, &session, 0);
	assert_int_equal(session.page, 0);
	assert_int_equal(ret, -EBUSY);
	assert_int_equal(session.state, FAKE_ENDED);
	fake_session_drop(&session);
}

/* A guest that cancels for ever costs the host as many sessions again as it has pages, no more. */
static void test_cancelled_sessions_are_limited_by_the_pages(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session[2][4];

	boot(rig);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++)
			channel_rig_open(rig, &session[round][i], (unsigned int)round);
		for (int i = 0; round == 0 && i < 4; i++)
			assert_int_equal(cancel_elsewhere(rig, &session[0][i]), 0);
	}
	assert_int_equal(fake_session_cancel(&session[1][0], 1), -EAGAIN);
	channel_attend(rig->channel, 0);
	assert_int_equal(fake_session_cancel(&session[1][1], 1), 0);
	for (int i = 2; i < 4; i++)
		fake_session_finish(&session[1][i]);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 1);
}

/* ---- forged answers ---- */

static void answer_raw(struct fake_session *session, uint32_t code, int64_t size, uint64_t cursor)
{
	struct portal_region *region = fake_session_region(session);

	region->op = htole64(code | (uint64_t)session->generation << 32);
	region->size = htole64((uint64_t)size);
	region->addr = htole64(cursor);
	fake_session_call(session, PORTAL_CALL_ANSWER);
}

static void test_answer_longer_than_requested_is_eproto(void **state)
{
	static const int64_t sizes[] = { 5, 4073, INT64_MAX, -4096, INT64_MIN };
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	for (size_t i = 0; i < 5; i++) {
		channel_rig_open(rig, &session, 0);
		answer_raw(&session, PORTAL_RESP_DONE, sizes[i], 0);
		assert_int_equal(session.state, FAKE_REFUSED);
		assert_int_equal(session.error, -EPROTO);
		assert_int_equal(read_result, -EPROTO);
		fake_session_drop(&session);
	}
	assert_int_equal(channel_rig_stats(rig).protocol_errors, 5);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
}

static void test_answer_with_unknown_code_is_eproto(void **state)
{
	static const uint32_t codes[] = { 0, PORTAL_OP_READ, PORTAL_OPEN_WORK, 0xf0000006 };
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	for (size_t i = 0; i < 4; i++) {
		channel_rig_open(rig, &session, 0);
		answer_raw(&session, codes[i], 4, 0);
		assert_int_equal(read_result, -EPROTO);
		fake_session_drop(&session);
	}
}

static void test_resp_unknown_and_invalid_keep_the_session(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	answer_raw(&session, PORTAL_RESP_UNKNOWN, -EOPNOTSUPP, 0);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, -EOPNOTSUPP);
	fake_session_drop(&session);
	channel_rig_open(rig, &session, 0);
	answer_raw(&session, PORTAL_RESP_INVALID, -EINVAL, 0);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(read_result, -EINVAL);
	fake_session_drop(&session);
}

static void read_twice(struct channel_rig *rig, struct session *session)
{
	ssize_t *ret_n = rig->talk_ctx;
	char byte;

	ret_n[0] = op_read(session, RIG_MEMORY, &byte, 1);
	ret_n[1] = op_read(session, RIG_MEMORY, &byte, 1);
}

static void test_killed_task_cancels_operations_and_verdict(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	ssize_t n[2] = { 0 };

	boot(rig);
	rig->talk = read_twice;
	rig->talk_ctx = n;
	channel_rig_open(rig, &session, 0);
	rig->task.killed = true;
	fake_session_step(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(session.verdict_size, 0);
	assert_int_equal(n[0], -ECANCELED);
	assert_int_equal(n[1], -ECANCELED);
	assert_int_equal(session.calls, 2);
	fake_session_drop(&session);
}

/* ---- concurrent sessions ---- */

static void test_sessions_interleave_on_one_vcpu(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session[4];

	boot(rig);
	for (int i = 0; i < 4; i++) {
		channel_rig_open(rig, &session[i], 0);
		assert_int_equal(session[i].state, FAKE_REQUESTED);
	}
	assert_int_equal(channel_rig_stats(rig).sessions_now, 4);
	for (int i = 2; i < 6; i++)
		fake_session_finish(&session[i % 4]);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
	assert_int_equal(channel_rig_stats(rig).sessions_peak, 4);
	assert_int_equal(channel_rig_stats(rig).coroutines, 4);
}

static void test_cancel_vcpu_ends_callbacks_and_refuses_calls(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	ssize_t n[2] = { 0 };

	boot(rig);
	rig->talk = read_twice;
	rig->talk_ctx = n;
	channel_rig_open(rig, &session, 0);
	channel_cancel_vcpu(rig->channel, 0);
	assert_int_equal(n[0], -ECANCELED);
	assert_int_equal(n[1], -ECANCELED);
	fake_session_step(&session);
	assert_int_equal(session.error, -ESHUTDOWN);
	fake_session_drop(&session);
	assert_int_equal(channel_rig_stats(rig).sessions_now, 0);
}

static void test_doorbells_and_operations_are_counted(void **state)
{
	struct channel_rig *rig = *state;
	struct fake_session session;
	struct channel_stats stats;

	boot(rig);
	channel_rig_open(rig, &session, 0);
	fake_session_finish(&session);
	stats = channel_rig_stats(rig);
	assert_int_equal(stats.doorbells[PORTAL_CALL_HELLO], 1);
	assert_int_equal(stats.doorbells[PORTAL_CALL_EVENT], 1);
	assert_int_equal(stats.doorbells[PORTAL_CALL_ANSWER], 2);
	assert_int_equal(stats.operations[PORTAL_OP_READ], 1);
	assert_int_equal(stats.operations[PORTAL_OP_NONE], 2);
	assert_int_equal(stats.bytes_read, 4);
	assert_int_equal(stats.refused, 0);
}

static void test_channel_without_vcpus_is_einval(void **state)
{
	const struct channel_config config = { .nr_vcpus = 0 };
	struct channel *channel;

	(void)state;
	assert_int_equal(channel_create(&config, &channel), -EINVAL);
	channel_destroy(NULL);
}

#define CHANNEL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHANNEL_TEST(test_hello_registers_the_pool),
		CHANNEL_TEST(test_hello_version_mismatch_reported),
		CHANNEL_TEST(test_hello_of_another_version_may_be_longer),
		CHANNEL_TEST(test_hello_with_page_outside_ram_is_efault),
		CHANNEL_TEST(test_hello_on_page_outside_its_ranges_is_enoent),
		CHANNEL_TEST(test_hello_truncated_at_every_byte_is_eproto),
		CHANNEL_TEST(test_hello_call_outside_ram_is_efault),
		CHANNEL_TEST(test_second_hello_cancels_open_sessions),
		CHANNEL_TEST(test_bye_removes_the_pool),
		CHANNEL_TEST(test_event_is_delivered_completely),
		CHANNEL_TEST(test_event_truncated_at_every_byte_is_eproto),
		CHANNEL_TEST(test_event_larger_than_the_page_is_eproto),
		CHANNEL_TEST(test_event_with_unknown_code_is_eproto),
		CHANNEL_TEST(test_error_event_is_delivered),
		CHANNEL_TEST(test_work_session_is_served),
		CHANNEL_TEST(test_call_outside_the_pool_is_enoent),
		CHANNEL_TEST(test_call_by_index_uses_that_page),
		CHANNEL_TEST(test_call_by_index_outside_the_pool_is_enoent),
		CHANNEL_TEST(test_unknown_kind_and_vcpu_are_einval),
		CHANNEL_TEST(test_answer_without_a_session_is_enoent),
		CHANNEL_TEST(test_answer_with_wrong_generation_keeps_the_session),
		CHANNEL_TEST(test_answer_from_another_vcpu_keeps_the_session),
		CHANNEL_TEST(test_opening_an_open_session_cancels_it),
		CHANNEL_TEST(test_doomed_session_is_cancelled_on_its_own_thread),
		CHANNEL_TEST(test_remote_answer_continues_the_session),
		CHANNEL_TEST(test_remote_answer_on_another_vcpu_is_ebusy),
		CHANNEL_TEST(test_cancelled_session_ends_when_its_vcpu_attends),
		CHANNEL_TEST(test_cancelled_session_ends_at_the_next_call_of_its_vcpu),
		CHANNEL_TEST(test_own_vcpu_cancels_at_once),
		CHANNEL_TEST(test_page_of_a_cancelled_session_is_free_at_once),
		CHANNEL_TEST(test_cancelled_session_survives_its_pool),
		CHANNEL_TEST(test_cancel_without_a_session_is_enoent),
		CHANNEL_TEST(test_cancel_with_wrong_generation_keeps_the_session),
		CHANNEL_TEST(test_cancel_of_a_session_in_a_call_is_ebusy),
		CHANNEL_TEST(test_cancelled_sessions_are_limited_by_the_pages),
		CHANNEL_TEST(test_answer_longer_than_requested_is_eproto),
		CHANNEL_TEST(test_answer_with_unknown_code_is_eproto),
		CHANNEL_TEST(test_resp_unknown_and_invalid_keep_the_session),
		CHANNEL_TEST(test_killed_task_cancels_operations_and_verdict),
		CHANNEL_TEST(test_sessions_interleave_on_one_vcpu),
		CHANNEL_TEST(test_cancel_vcpu_ends_callbacks_and_refuses_calls),
		CHANNEL_TEST(test_doorbells_and_operations_are_counted),
		cmocka_unit_test(test_channel_without_vcpus_is_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
