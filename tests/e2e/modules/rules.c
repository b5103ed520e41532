// SPDX-License-Identifier: MIT
/*
 * Rules of three kinds, for the system calls of the program polls: one reads and stores through a
 * pointer, one changes an argument, one overrides a result. The callbacks give other answers than
 * the rules, so that the answers can be told apart. A callback adds the third rule and a thread
 * revokes it, again and again while the program runs.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <portal/hook.h>

#define REG_NUMBER	0x34
#define BY_RULE		98
#define BY_CALLBACK	97
#define HITS_OF_A_ROUND 60
#define PAUSE_US	100
#define ADDING		UINT64_MAX

static struct portal_hook *priority;
static pthread_t thread;
static atomic_bool stop;
/* id of the current rule; ADDING while it is added; 0: none */
static _Atomic uint64_t live;
static _Atomic uint64_t nr_callbacks, nr_hits, rounds;

static int on_readv(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_skip(ctx, -EIO);
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_skip(ctx, -EPERM);
}

/* adds the rule if there is none */
static int on_priority(struct portal_ctx *ctx, void *data)
{
	const struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_RET },
		.match = { .cmp = PORTAL_MATCH_EQ, .value = 99 },
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_RETURN, .flags = PORTAL_RULE_SET_RET,
		.ret = BY_RULE,	  .conds = &cond,	    .nr_conds = 1,
	};
	uint64_t none = 0, id;
	int err;

	(void)data;
	atomic_fetch_add(&nr_callbacks, 1);
	if (atomic_compare_exchange_strong(&live, &none, ADDING)) {
		err = portal_rule_add(priority, &rule, &id);
		atomic_store(&live, err < 0 ? 0 : id);
		if (err < 0)
			return err;
	}
	return portal_set_ret(ctx, BY_CALLBACK);
}

static void end_round(uint64_t id)
{
	uint64_t hits;

	if (portal_rule_revoke(priority, id, &hits) < 0)
		return;
	atomic_fetch_add(&nr_hits, hits);
	atomic_fetch_add(&rounds, 1);
	atomic_store(&live, 0);
}

static void *run(void *arg)
{
	uint64_t id, hits;

	(void)arg;
	while (!atomic_load(&stop)) {
		id = atomic_load(&live);
		if (id != 0 && id != ADDING && portal_rule_hits(priority, id, &hits) == 0 &&
		    hits >= HITS_OF_A_ROUND)
			end_round(id);
		usleep(PAUSE_US);
	}
	return NULL;
}

static const struct portal_match opened_for_both = {
	.cmp = PORTAL_MATCH_BITS_SET,
	.width = 4,
	.value = 2,
};

static int hook(struct portal_module *mod, const char *name, uint32_t when, portal_syscall_fn *fn,
		struct portal_hook **ret_hook)
{
	struct portal_syscall_hook desc = {
		PORTAL_SYSCALL_HOOK_INIT,	    .when = when, .name = name, .fn = fn,
		.comm = portal_option(mod, "comm"),
	};

	/* only files that are opened for reading and writing */
	if (fn == on_openat)
		desc.arg[2] = opened_for_both;
	return portal_hook_syscall(mod, &desc, ret_hook);
}

/* the first iovec points to the number of the register; its value is stored after that */
static int add_readv(struct portal_module *mod)
{
	const struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_PTR_MEM, .arg = 1 },
		.match = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = REG_NUMBER },
	};
	const struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_PTR_MEM, .arg = 1, .inner_offset = 4 },
		.value = 0x1234567,
		.len = 4,
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER, .flags = PORTAL_RULE_SKIP,
		.ret = 8,	  .conds = &cond,	   .nr_conds = 1,
		.stores = &store, .nr_stores = 1,
	};
	struct portal_hook *handle;
	uint64_t id;
	int err = hook(mod, "readv", PORTAL_ON_ENTER, on_readv, &handle);

	return err < 0 ? err : portal_rule_add(handle, &rule, &id);
}

/* the root directory is always opened for reading only */
static int add_openat(struct portal_module *mod)
{
	const struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_ARG, .arg = 1 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = "/" } },
		{ .place = { .what = PORTAL_RULE_ARG, .arg = 2 },
		  .match = { .cmp = PORTAL_MATCH_BITS_CLEAR, .width = 4, .value = 1 } },
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT,    .when = PORTAL_ON_ENTER, .arg_mask = 1u << 2,
		.args = { [2] = 0 }, .conds = conds,	      .nr_conds = 2,
	};
	struct portal_hook *handle;
	uint64_t id;
	int err = hook(mod, "openat", PORTAL_ON_ENTER, on_openat, &handle);

	return err < 0 ? err : portal_rule_add(handle, &rule, &id);
}

static int load(struct portal_module *mod)
{
	int err = add_readv(mod);

	if (err == 0)
		err = add_openat(mod);
	if (err == 0)
		err = hook(mod, "sched_get_priority_max", PORTAL_ON_RETURN, on_priority, &priority);
	return err < 0 ? err : -pthread_create(&thread, NULL, run, NULL);
}

static void unload(struct portal_module *mod)
{
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	if (atomic_load(&live) != 0)
		end_round(atomic_load(&live));
	portal_mod_log(mod, PORTAL_INFO, "rules answered %llu, callbacks %llu, %llu revoked",
		       (unsigned long long)nr_hits, (unsigned long long)nr_callbacks,
		       (unsigned long long)rounds);
}

static const struct portal_option options[] = {
	{ .key = "comm", .fallback = "polls", .help = "name of the task" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "rules", .options = options, .load = load, .unload = unload,
};
