/* SPDX-License-Identifier: MIT */
#include "channel_rig.h"

#include <string.h>

static void on_hello(void *ctx, struct session *session, const struct hello *hello)
{
	struct channel_rig *rig = ctx;

	(void)hello;
	rig->nr_hello++;
	if (op_welcome(session, 0) < 0)
		rig->nr_hello = 0;
}

static void on_event(void *ctx, struct session *session, const struct guest_event *event)
{
	struct channel_rig *rig = ctx;

	rig->nr_events++;
	rig->nr_call += event_is_call(event);
	rig->nr_error += event->kind == PORTAL_EVENT_ERROR;
	rig->last_event = *event;
	if (rig->talk && event->kind != PORTAL_EVENT_ERROR)
		rig->talk(rig, session);
}

static void on_work(void *ctx, struct session *session)
{
	(void)session;
	((struct channel_rig *)ctx)->nr_work++;
}

static void on_mismatch(void *ctx, uint32_t version)
{
	((struct channel_rig *)ctx)->mismatch = version;
}

static void on_bye(void *ctx)
{
	((struct channel_rig *)ctx)->nr_bye++;
}

static void on_switch(void *ctx, struct session *session)
{
	(void)ctx;
	(void)session;
}

static int call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	return channel_call(((struct channel_rig *)ctx)->channel, vcpu, GPA(gpa), kind);
}

static void on_trace(void *ctx, const struct guest_event *event, const struct trace_stamp *stamp)
{
	struct channel_rig *rig = ctx;

	rig->last_stamp = *stamp;
	rig->nr_trace++;
	if (rig->take)
		rig->take(rig, event, stamp);
}

static void on_trace_broken(void *ctx, unsigned int ring)
{
	struct channel_rig *rig = ctx;

	rig->nr_broken++;
	rig->broken = ring;
}

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	struct channel_rig *rig = ctx;
	void *host = fake_slice(&rig->guest, gpa.value, len);

	return host || !rig->more.slice ? host : rig->more.slice(rig->more.ctx, gpa, len);
}

static void wake(void *ctx, unsigned int vcpu)
{
	struct channel_rig *rig = ctx;

	rig->nr_wake++;
	rig->woken = vcpu;
}

void channel_rig_init(struct channel_rig *rig)
{
	channel_rig_init_direct(rig, DIRECT_OFF);
}

void channel_rig_init_direct(struct channel_rig *rig, enum direct_access direct)
{
	const struct channel_config config = {
		.ram = { .slice = slice, .ctx = rig },
		.sink = {
			.on_hello = on_hello,
			.on_event = on_event,
			.on_work = on_work,
			.on_mismatch = on_mismatch,
			.on_bye = on_bye,
			.on_suspend = on_switch,
			.on_resume = on_switch,
			.on_trace = on_trace,
			.on_trace_broken = on_trace_broken,
			.ctx = rig,
		},
		.waker = { .wake = wake, .ctx = rig },
		.nr_vcpus = RIG_VCPUS,
		.direct = direct,
	};

	memset(rig, 0, sizeof(*rig));
	assert_int_equal(fake_guest_init(&rig->guest, 4, call, rig), 0);
	assert_int_equal(channel_create(&config, &rig->channel), 0);
	fake_task_init(&rig->task, "task", false);
	rig->memory = fake_map(&rig->task, RIG_MEMORY, RIG_MEMORY_SIZE, FAKE_READ | FAKE_WRITE);
	assert_non_null(rig->memory);
}

void channel_rig_done(struct channel_rig *rig)
{
	for (unsigned int i = 0; i < RIG_VCPUS; i++)
		channel_cancel_vcpu(rig->channel, i);
	channel_destroy(rig->channel);
	fake_task_done(&rig->task);
	fake_guest_done(&rig->guest);
}

void channel_rig_event(struct channel_rig *rig, const uint64_t args[static PORTAL_NR_ARGS],
		       uint32_t when, struct fake_event *ret_event)
{
	fake_fill_call(&rig->guest, &rig->task, 16, args, when, ret_event);
	fake_event_hook(ret_event, RIG_HOOK);
	fake_event_regs(ret_event, &rig->task);
}

void channel_rig_open(struct channel_rig *rig, struct fake_session *session, unsigned int vcpu)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 1, 2, 3, 4, 5, 6 };
	struct fake_event event;

	channel_rig_event(rig, args, PORTAL_WHEN_ENTER, &event);
	assert_int_equal(fake_event_open(session, &rig->guest, &rig->task, vcpu, &event), 0);
}

void channel_rig_run(struct channel_rig *rig,
		     void (*talk)(struct channel_rig *rig, struct session *session), void *ctx)
{
	struct fake_session session;

	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	rig->talk = talk;
	rig->talk_ctx = ctx;
	channel_rig_open(rig, &session, 0);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
}

struct channel_stats channel_rig_stats(struct channel_rig *rig)
{
	struct channel_stats stats;

	channel_get_stats(rig->channel, &stats);
	return stats;
}
