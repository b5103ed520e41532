// SPDX-License-Identifier: MIT
/*
 * Adds and removes hooks on openat() as fast as the guest program "hook_storm" calls getsid(), and
 * in a thread of its own. Each callback knows its hook's filter from its data, and checks that it
 * holds for the call. One hook for each thread of the program stays, and counts its calls.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <portal/hook.h>

#define NR_KEYS		 4u
#define NR_SLOTS	 32u /* of the callback, then those of the thread */
#define NR_THREAD_SLOTS	 8u
#define NR_AT_ONCE	 4u
#define THREAD_PERIOD_US 1000u

/* what a hook filters */
enum kind { KIND_COMM, KIND_MODE, KIND_PATH, KIND_NOBODY, NR_KINDS };

static struct portal_module *self;
static struct portal_hook *slots[NR_SLOTS];
static atomic_ulong nr_added, nr_removed, nr_events, nr_records, nr_wrong;
static unsigned long nr_kept[2];
static pthread_t thread;
static atomic_bool is_over;

static unsigned int next_random(unsigned int *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16;
}

/* ---- the filters ---- */

static void *pack(enum kind kind, unsigned int key)
{
	return (void *)(uintptr_t)(kind * NR_KEYS + key);
}

static bool is_right(const struct portal_ctx *ctx, enum kind kind, unsigned int key)
{
	char comm[16];

	snprintf(comm, sizeof(comm), "storm%u", key);
	switch (kind) {
	case KIND_COMM:
	case KIND_PATH: /* each thread has a path of its own */
		return strcmp(portal_comm(ctx), comm) == 0;
	case KIND_MODE:
		return (uint32_t)portal_arg(ctx, 3) == key;
	default:
		return false;
	}
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	enum kind kind = (enum kind)((uintptr_t)data / NR_KEYS);
	unsigned int key = (uintptr_t)data % NR_KEYS;

	nr_events++;
	if (is_right(ctx, kind, key))
		return 0;
	nr_wrong++;
	portal_log(ctx, PORTAL_ERROR, "WRONG hook: kind %u, key %u, mode %llu", kind, key,
		   (unsigned long long)portal_arg(ctx, 3));
	return 0;
}

static int on_record(struct portal_ctx *ctx, void *data)
{
	nr_records++;
	return on_openat(ctx, data);
}

static void set_filter(struct portal_syscall_hook *hook, enum kind kind, unsigned int key)
{
	static const char *const comms[] = { "storm0", "storm1", "storm2", "storm3" };
	static const char *const paths[] = { "/none/0", "/none/1", "/none/2", "/none/3" };

	if (kind == KIND_COMM)
		hook->comm = comms[key];
	if (kind == KIND_NOBODY)
		hook->comm = "nobody";
	if (kind == KIND_MODE)
		hook->arg[3] =
			(struct portal_match){ .cmp = PORTAL_MATCH_EQ, .width = 4, .value = key };
	if (kind == KIND_PATH)
		hook->arg[1] =
			(struct portal_match){ .cmp = PORTAL_MATCH_STR_EQ, .str = paths[key] };
}

/* ---- changes ---- */

static const struct portal_fetch path = { .what = PORTAL_FETCH_STR, .arg = 1, .max = 64 };

static void add(struct portal_hook **slot, unsigned int random)
{
	static const uint32_t flags[] = { 0, 0, PORTAL_HOOK_OBSERVE, PORTAL_HOOK_TRACE };
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,	.when = 1 + random % 3, .name = "openat",
		.flags = flags[random / 4 % 4], .fetch = &path,		.nr_fetch = random / 16 % 2,
	};
	enum kind kind = (enum kind)(random / 32 % NR_KINDS);
	unsigned int key = random / 128 % NR_KEYS;

	hook.fn = hook.flags == PORTAL_HOOK_TRACE ? on_record : on_openat;
	hook.data = pack(kind, key);
	set_filter(&hook, kind, key);
	if (portal_hook_syscall(self, &hook, slot) < 0)
		*slot = NULL;
	else
		nr_added++;
}

static void change(struct portal_hook **slot, unsigned int random)
{
	if (!*slot) {
		add(slot, random);
		return;
	}
	portal_unhook(*slot);
	*slot = NULL;
	nr_removed++;
}

/* What is removed is told to the guest at the end of the event, so its bit is free for the next. */
static int on_change(struct portal_ctx *ctx, void *data)
{
	static unsigned int random = 1, slot;

	(void)ctx;
	(void)data;
	for (unsigned int i = 0; i < NR_AT_ONCE; i++)
		change(&slots[slot++ % (NR_SLOTS - NR_THREAD_SLOTS)], next_random(&random));
	return 0;
}

static void *change_on(void *data)
{
	unsigned int random = 2, slot = 0;

	(void)data;
	while (!is_over) {
		change(&slots[NR_SLOTS - NR_THREAD_SLOTS + slot++ % NR_THREAD_SLOTS],
		       next_random(&random));
		usleep(THREAD_PERIOD_US);
	}
	return NULL;
}

/* ---- the module ---- */

static int on_kept(struct portal_ctx *ctx, void *data)
{
	nr_kept[portal_is_return(ctx)]++;
	return on_openat(ctx, data);
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getsid",
		.fn = on_change,
	};
	int err = portal_hook_syscall(mod, &hook, NULL);

	self = mod;
	hook.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN;
	hook.name = "openat";
	hook.fn = on_kept;
	hook.fetch = &path;
	hook.nr_fetch = 1;
	for (unsigned int key = 0; key < NR_KEYS && err == 0; key++) {
		hook.data = pack(KIND_COMM, key);
		set_filter(&hook, KIND_COMM, key);
		err = portal_hook_syscall(mod, &hook, NULL);
	}
	return err < 0 ? err : -pthread_create(&thread, NULL, change_on, NULL);
}

static void unload(struct portal_module *mod)
{
	is_over = true;
	pthread_join(thread, NULL);
	portal_mod_log(mod, PORTAL_INFO,
		       "added=%lu removed=%lu callbacks=%lu records=%lu entries=%lu returns=%lu "
		       "wrong=%lu",
		       nr_added, nr_removed, nr_events, nr_records, nr_kept[0], nr_kept[1],
		       nr_wrong);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "hook_storm",
	.load = load,
	.unload = unload,
};
