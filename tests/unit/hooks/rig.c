/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lib/capture.h"
#include "rig.h"

/* hooks that the next load() of a module made by rig_hooks() registers */
static struct {
	struct rig *rig;
	const struct portal_syscall_hook *hooks;
	size_t nr;
} pending;

static int load_pending(struct portal_module *mod)
{
	struct rig *rig = pending.rig;
	int ret = 0;

	rig->modules[rig->nr_modules] = mod;
	for (size_t i = 0; i < pending.nr && ret == 0; i++)
		ret = portal_hook_syscall(mod, &pending.hooks[i],
					  &rig->handles[rig->nr_modules][i]);
	return ret;
}

unsigned int rig_hooks(struct rig *rig, const char *name, uint32_t flags,
		       const struct portal_syscall_hook *hooks, size_t nr)
{
	static struct portal_module_desc descs[RIG_MAX_MODULES];
	struct portal_module_desc *desc = &descs[rig->nr_modules];

	assert_true(rig->nr_modules < RIG_MAX_MODULES && nr <= RIG_MAX_HOOKS);
	*desc = (struct portal_module_desc){
		PORTAL_MODULE_INIT,
		.name = name,
		.flags = flags,
		.load = load_pending,
	};
	if (rig->api)
		desc->api = rig->api;
	pending.rig = rig;
	pending.hooks = hooks;
	pending.nr = nr;
	rig_add(rig, desc, "");
	return rig->nr_modules++;
}

static int call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	struct rig *rig = ctx;

	return channel_call(rig->channel, vcpu, GPA(gpa), kind);
}

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	return fake_slice(ctx, gpa.value, len);
}

static void raise_work(void *ctx)
{
	((struct rig *)ctx)->nr_raised++;
}

static void failed(void *ctx)
{
	((struct rig *)ctx)->nr_failed++;
}

void rig_init(struct rig *rig, size_t nr_pages, unsigned int nr_vcpus)
{
	const struct module_host_ops ops = { .raise_work = raise_work,
					     .failed = failed,
					     .ctx = rig };

	memset(rig, 0, sizeof(*rig));
	rig->nr_vcpus = nr_vcpus;
	assert_int_equal(fake_guest_init(&rig->guest, nr_pages, call, rig), 0);
	fake_task_init(&rig->task, "probe", false);
	fake_task_init(&rig->task32, "probe32", true);
	assert_int_equal(module_host_create(&ops, &rig->host), 0);
}

void rig_add(struct rig *rig, const struct portal_module_desc *desc, const char *options)
{
	char spec[256];

	snprintf(spec, sizeof(spec), "%s.so%s", desc->name, options);
	assert_int_equal(module_host_add(rig->host, desc, spec), 0);
}

void rig_create_channel(struct rig *rig)
{
	struct channel_config config = {
		.ram = { .slice = slice, .ctx = &rig->guest },
		.nr_vcpus = rig->nr_vcpus,
	};

	module_host_sink(rig->host, &config.sink);
	assert_int_equal(channel_create(&config, &rig->channel), 0);
	rig->guest.wake_fd = channel_trace_fd(rig->channel);
}

void rig_boot(struct rig *rig)
{
	rig_create_channel(rig);
	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	assert_int_equal(rig->nr_failed, 0);
}

void rig_done(struct rig *rig)
{
	if (rig->channel)
		channel_cancel_vcpu(rig->channel, 0);
	channel_destroy(rig->channel);
	module_host_destroy(rig->host);
	fake_task_done(&rig->task);
	fake_task_done(&rig->task32);
	fake_guest_done(&rig->guest);
}

struct channel_stats rig_channel_stats(struct rig *rig)
{
	struct channel_stats stats;

	channel_get_stats(rig->channel, &stats);
	return stats;
}

struct module_host_stats rig_host_stats(struct rig *rig)
{
	struct module_host_stats stats;

	module_host_get_stats(rig->host, &stats);
	return stats;
}

const char *rig_messages(void)
{
	static char kept[65536];
	const char *line = capture_stop();
	size_t len = 0;

	while (*line) {
		size_t size = strcspn(line, "\n") + 1;

		if (!line[size - 1])
			size--;
		if (!memmem(line, size, "the vCPU was stopped", 20)) {
			memcpy(kept + len, line, size);
			len += size;
		}
		line += size;
	}
	kept[len] = '\0';
	return kept;
}

int64_t rig_call(struct rig *rig, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t args[PORTAL_NR_ARGS] = { a, b, c };
	struct fake_result result;

	fake_syscall(&rig->guest, 0, &rig->task, name, args, &result);
	return result.ret;
}

void rig_open_call(struct rig *rig, struct fake_session *session, struct fake_task *task,
		   const char *name, uint64_t arg0)
{
	const uint64_t args[PORTAL_NR_ARGS] = { arg0 };
	struct fake_event event;

	fake_fill_call(&rig->guest, task, fake_nr(task->compat, name), args, PORTAL_WHEN_ENTER,
		       &event);
	assert_int_equal(fake_event_open(session, &rig->guest, task, 0, &event), 0);
}

static void run_to(struct fake_session *session, uint32_t op)
{
	while (session->state == FAKE_REQUESTED && fake_session_op(session) != op)
		fake_session_step(session);
	assert_int_equal(session->state, FAKE_REQUESTED);
}

static void die(struct rig *rig, struct fake_session *session)
{
	rig->task.killed = true;
	fake_session_serve(session);
	fake_session_call(session, PORTAL_CALL_ANSWER);
	fake_session_finish(session);
	rig->task.killed = false;
}

void rig_kill_in(struct rig *rig, struct fake_session *session, uint32_t op)
{
	run_to(session, op);
	fake_session_serve(session);
	die(rig, session);
}

void rig_kill_before(struct rig *rig, struct fake_session *session, uint32_t op)
{
	run_to(session, op);
	die(rig, session);
}
