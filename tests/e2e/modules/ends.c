// SPDX-License-Identifier: MIT
/*
 * Counts entries and ends of all system calls of the program "interrupted", by an observing hook, a
 * trace hook, and an ordinary one, which also replaces -EINTR of pause. In each task they must
 * alternate. Logs the ends that signals make.
 */
#include <errno.h>
#include <string.h>

#include <portal/hook.h>

#define MAX_TASKS 256
#define OVERRIDE  77

struct watcher {
	const char *name;
	uint32_t when, flags;
	int open[MAX_TASKS]; /* tids of tasks in a call; 0: free */
	unsigned int nr_entries, nr_ends, nr_wrong;
};

static struct watcher watchers[] = {
	{ .name = "observe", .flags = PORTAL_HOOK_OBSERVE | PORTAL_HOOK_RESTARTS },
	{ .name = "trace",
	  .flags = PORTAL_HOOK_TRACE | PORTAL_HOOK_TRACE_BLOCK | PORTAL_HOOK_RESTARTS },
	{ .name = "plain", .flags = PORTAL_HOOK_RESTARTS },
};

/* a hook that has not asked for restarts */
static unsigned int nr_restarts_of_others;

/* Return: the place of the task, or a free one. */
static int *find(struct watcher *watcher, int tid)
{
	int *unused = NULL;

	for (int i = 0; i < MAX_TASKS; i++) {
		if (watcher->open[i] == tid)
			return &watcher->open[i];
		if (!unused && watcher->open[i] == 0)
			unused = &watcher->open[i];
	}
	return unused;
}

static void enter(struct watcher *watcher, const struct portal_ctx *ctx, int *open)
{
	watcher->nr_entries++;
	watcher->nr_wrong += !open || *open != 0;
	if (open && portal_end(ctx) == PORTAL_END_RETURNS)
		*open = portal_tid(ctx);
	else
		watcher->nr_ends++;
}

static void leave(struct watcher *watcher, int *open)
{
	watcher->nr_ends++;
	watcher->nr_wrong += !open || *open == 0;
	if (open)
		*open = 0;
}

static void log_end(struct watcher *watcher, struct portal_ctx *ctx)
{
	static const char *const names[] = { "returns", "does not return", "killed", "restarts" };

	if (portal_end(ctx) == PORTAL_END_RETURNS && portal_ret(ctx) != -EINTR)
		return;
	portal_log(ctx, PORTAL_INFO, "%s %s %s", watcher->name, portal_syscall_name(ctx),
		   names[portal_end(ctx)]);
}

/* Nothing is left of a killed task, and nothing of the others is missing. */
static void check_memory(struct watcher *watcher, struct portal_ctx *ctx)
{
	uint64_t sp = 0;
	char name[16];
	int ret;

	if (watcher->flags & PORTAL_HOOK_TRACE || portal_end(ctx) == PORTAL_END_RETURNS)
		return;
	ret = (int)portal_read_u64(ctx, portal_reg(ctx, "sp", &sp) < 0 ? 0 : sp, &sp);
	if (portal_end(ctx) == PORTAL_END_KILLED &&
	    (ret != -ESRCH || portal_fd_name(ctx, 0, name, sizeof(name)) != -ESRCH))
		watcher->nr_wrong++;
	if (portal_end(ctx) == PORTAL_END_RESTARTS && ret != 0)
		watcher->nr_wrong++;
}

static int look(struct portal_ctx *ctx, void *data)
{
	struct watcher *watcher = data;
	int *open = find(watcher, portal_tid(ctx));

	if (!portal_is_return(ctx)) {
		enter(watcher, ctx, open);
		return 0;
	}
	leave(watcher, open);
	log_end(watcher, ctx);
	check_memory(watcher, ctx);
	if (watcher->flags != PORTAL_HOOK_RESTARTS)
		return 0;
	if (portal_end(ctx) == PORTAL_END_KILLED || portal_end(ctx) == PORTAL_END_RESTARTS)
		watcher->nr_wrong += portal_set_ret(ctx, 0) != -EINVAL;
	else if (portal_ret(ctx) == -EINTR && strcmp(portal_syscall_name(ctx), "pause") == 0)
		return portal_set_ret(ctx, OVERRIDE);
	return 0;
}

static int count_restarts(struct portal_ctx *ctx, void *data)
{
	(void)data;
	nr_restarts_of_others += portal_end(ctx) == PORTAL_END_RESTARTS;
	return 0;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.comm = "interrupted",
		.when = PORTAL_ON_RETURN,
		.fn = count_restarts,
	};
	int err = portal_hook_syscall(mod, &hook, NULL);

	hook.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN;
	hook.fn = look;
	for (size_t i = 0; i < sizeof(watchers) / sizeof(watchers[0]) && err >= 0; i++) {
		hook.flags = watchers[i].flags;
		hook.data = &watchers[i];
		err = portal_hook_syscall(mod, &hook, NULL);
	}
	return err;
}

static void unload(struct portal_module *mod)
{
	for (size_t i = 0; i < sizeof(watchers) / sizeof(watchers[0]); i++)
		portal_mod_log(mod, PORTAL_INFO, "%s: %u wrong, %u without an end, %s",
			       watchers[i].name, watchers[i].nr_wrong,
			       watchers[i].nr_entries - watchers[i].nr_ends,
			       watchers[i].nr_entries > 0 ? "some calls" : "no call");
	portal_mod_log(mod, PORTAL_INFO, "%u restarts that nobody wanted", nr_restarts_of_others);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "ends",
	.load = load,
	.unload = unload,
};
