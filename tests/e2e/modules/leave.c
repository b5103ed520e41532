// SPDX-License-Identifier: MIT
/*
 * For guests whose kernel ends while hooks are installed. A rule answers getpgid(); a thread
 * revokes it when the file "revoke" appears, and from then on a callback answers. The shell's
 * openat() of paths below /nodir/ is traced.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <portal/hook.h>

#define BY_RULE	    31337
#define BY_CALLBACK 4711
#define PAUSE_US    50000

static struct portal_hook *hook;
static uint64_t rule_id;
static pthread_t thread;
static atomic_bool stop;

static int answer(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_skip(ctx, BY_CALLBACK);
}

static int traced(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "traced openat");
	return 0;
}

static void *run(void *arg)
{
	struct portal_module *mod = arg;
	uint64_t hits;

	while (!atomic_load(&stop) && access("revoke", F_OK) < 0)
		usleep(PAUSE_US);
	if (portal_option(mod, "unhook") && !atomic_load(&stop)) {
		portal_unhook(hook);
		portal_mod_log(mod, PORTAL_INFO, "unhooked");
		return NULL;
	}
	if (portal_rule_revoke(hook, rule_id, &hits) == 0)
		portal_mod_log(mod, PORTAL_INFO, "revoked after %llu hits",
			       (unsigned long long)hits);
	return NULL;
}

static int add_rule(struct portal_module *mod)
{
	const struct portal_syscall_hook desc = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getpgid",
		.fn = answer,
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT,
		.when = PORTAL_ON_ENTER,
		.flags = PORTAL_RULE_SKIP,
		.ret = BY_RULE,
	};
	int err = portal_hook_syscall(mod, &desc, &hook);

	return err < 0 ? err : portal_rule_add(hook, &rule, &rule_id);
}

static int add_trace(struct portal_module *mod)
{
	static const struct portal_fetch path = { .what = PORTAL_FETCH_STR, .arg = 1, .max = 256 };
	const struct portal_syscall_hook desc = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "openat",
		.flags = PORTAL_HOOK_TRACE,
		.comm = "sh",
		.arg[1] = { .cmp = PORTAL_MATCH_STR_PREFIX, .str = "/nodir/" },
		.fetch = &path,
		.nr_fetch = 1,
		.fn = traced,
	};

	return portal_hook_syscall(mod, &desc, NULL);
}

static int load(struct portal_module *mod)
{
	int err = add_rule(mod);

	if (err == 0)
		err = add_trace(mod);
	return err < 0 ? err : -pthread_create(&thread, NULL, run, mod);
}

static void unload(struct portal_module *mod)
{
	(void)mod;
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
}

static const struct portal_option options[] = {
	{ .key = "unhook", .help = "remove the hook instead, which interrupts the guest" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "leave", .options = options, .load = load, .unload = unload,
};
