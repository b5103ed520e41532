/* SPDX-License-Identifier: MIT */
#include "door.h"

#include <string.h>

static void on_hello(void *ctx, struct session *session, const struct hello *hello)
{
	struct door *door = ctx;

	(void)hello;
	door->nr_hello++;
	if (op_welcome(session, 0) < 0)
		door->nr_hello = 0;
}

static void on_call(void *ctx, struct session *session, const struct syscall_event *call)
{
	struct door *door = ctx;

	door->nr_call++;
	door->last_call = *call;
	if (door->talk)
		door->talk(door, session);
}

static void on_error(void *ctx, struct session *session, const struct syscall_error *error)
{
	struct door *door = ctx;

	(void)session;
	door->nr_error++;
	door->last_error = *error;
}

static void on_work(void *ctx, struct session *session)
{
	(void)session;
	((struct door *)ctx)->nr_work++;
}

static void on_mismatch(void *ctx, uint32_t version)
{
	((struct door *)ctx)->mismatch = version;
}

static void on_bye(void *ctx)
{
	((struct door *)ctx)->nr_bye++;
}

static void on_switch(void *ctx, struct session *session)
{
	(void)ctx;
	(void)session;
}

static int call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	return gate_call(((struct door *)ctx)->gate, vcpu, GPA(gpa), kind);
}

static void on_trace(void *ctx, const struct syscall_event *call, const struct trace_stamp *stamp)
{
	struct door *door = ctx;

	door->last_stamp = *stamp;
	door->nr_trace++;
	if (door->take)
		door->take(door, call, stamp);
}

static void on_trace_broken(void *ctx, unsigned int ring)
{
	struct door *door = ctx;

	door->nr_broken++;
	door->broken = ring;
}

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	struct door *door = ctx;
	void *host = fake_slice(&door->guest, gpa.value, len);

	return host || !door->more.slice ? host : door->more.slice(door->more.ctx, gpa, len);
}

void door_init(struct door *door)
{
	door_init_direct(door, GATE_DIRECT_OFF);
}

void door_init_direct(struct door *door, enum gate_direct direct)
{
	const struct gate_config config = {
		.mem = { .slice = slice, .ctx = door },
		.events = {
			.on_hello = on_hello,
			.on_call = on_call,
			.on_error = on_error,
			.on_work = on_work,
			.on_mismatch = on_mismatch,
			.on_bye = on_bye,
			.on_suspend = on_switch,
			.on_resume = on_switch,
			.on_trace = on_trace,
			.on_trace_broken = on_trace_broken,
			.ctx = door,
		},
		.nr_vcpus = DOOR_VCPUS,
		.direct = direct,
	};

	memset(door, 0, sizeof(*door));
	assert_int_equal(fake_guest_init(&door->guest, 4, call, door), 0);
	assert_int_equal(gate_create(&config, &door->gate), 0);
	fake_task_init(&door->task, "task", false);
	door->memory = fake_map(&door->task, DOOR_MEMORY, DOOR_MEMORY_SIZE, FAKE_READ | FAKE_WRITE);
	assert_non_null(door->memory);
}

void door_done(struct door *door)
{
	for (unsigned int i = 0; i < DOOR_VCPUS; i++)
		gate_cancel_vcpu(door->gate, i);
	gate_destroy(door->gate);
	fake_task_done(&door->task);
	fake_guest_done(&door->guest);
}

void door_open(struct door *door, struct fake_session *session, unsigned int vcpu)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 1, 2, 3, 4, 5, 6 };
	struct portal_wire_syscall call;

	fake_fill_call(&door->guest, &door->task, 16, args, PORTAL_WHEN_ENTER, &call);
	assert_int_equal(fake_session_open(session, &door->guest, &door->task, vcpu,
					   PORTAL_CALL_EVENT, PORTAL_EVENT_SYSCALL_ENTER, &call,
					   sizeof(call)),
			 0);
}

void door_converse(struct door *door, void (*talk)(struct door *door, struct session *session),
		   void *ctx)
{
	struct fake_session session;

	assert_int_equal(fake_hello(&door->guest, 0), 0);
	door->talk = talk;
	door->talk_ctx = ctx;
	door_open(door, &session, 0);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
}

struct gate_stats door_stats(struct door *door)
{
	struct gate_stats stats;

	gate_get_stats(door->gate, &stats);
	return stats;
}
