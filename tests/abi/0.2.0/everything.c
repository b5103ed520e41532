/* SPDX-License-Identifier: MIT */
/*
 * Uses every function of this release's header, and every kind of hook. tests/abi/test_abi.c looks
 * at results of calls, memory, and messages.
 */
#include <portal/hook.h>
#include <string.h>

static struct portal_hook *skipping, *disabled, *observing;
static uint64_t rule_id;

/* ---- the hook that uses everything ---- */

static int about_event(struct portal_ctx *ctx)
{
	uint64_t sp = 0;

	if (portal_is_return(ctx) || portal_is_compat(ctx) || portal_ret(ctx) != 0 ||
	    portal_syscall_nr(ctx) == 0 || portal_pointer_size(ctx) != 8 || portal_time(ctx) != 0 ||
	    portal_lost(ctx) != 0)
		return -1;
	if (portal_pid(ctx) != 100 || portal_tid(ctx) != 101 || portal_proc_pid(ctx) != 100)
		return -2;
	if (strcmp(portal_comm(ctx), "probe") != 0 ||
	    strcmp(portal_syscall_name(ctx), "ioctl") != 0)
		return -3;
	if (portal_reg(ctx, "sp", &sp) < 0 || portal_set_reg(ctx, "sp", sp + 8) < 0)
		return -4;
	if (portal_user_reg(ctx, "sp", &sp) < 0 || portal_pc(ctx) != 0)
		return -5;
	return 0;
}

/* a name, and at offset 16 a pointer, to a number with a further pointer at offset 8, to a word */
static int read_steps(struct portal_ctx *ctx, uint64_t at)
{
	char name[24], number[16], word[5] = "";
	struct portal_step steps[] = {
		{ .addr = at, .len = sizeof(name), .buf = name },
		{ .len = sizeof(number),
		  .flags = PORTAL_STEP_F_BASED,
		  .base = 0,
		  .at = 16,
		  .buf = number },
		{ .len = sizeof(word),
		  .flags = PORTAL_STEP_F_BASED,
		  .base = 1,
		  .at = 8,
		  .buf = word },
	};

	if (portal_read_vec(ctx, steps, 3) != 3 || steps[2].n != 5)
		return -11;
	return memcmp(word, "word", 5) == 0 ? 0 : -12;
}

static int read_numbers(struct portal_ctx *ctx, uint64_t at)
{
	uint64_t pointer = 0, next = 0, same = 0;
	uint32_t value = 0, equal = 0;
	uint16_t half = 0;

	if (portal_read_ptr(ctx, at + 16, &pointer) < 0)
		return -13;
	if (portal_read_int(ctx, pointer, &value) < 0 ||
	    portal_read_u32(ctx, pointer, &equal) < 0 || portal_read_u16(ctx, pointer, &half) < 0)
		return -14;
	if (value != 0x34 || equal != 0x34 || half != 0x34)
		return -15;
	if (portal_read_long(ctx, pointer + 8, &next) < 0 ||
	    portal_read_u64(ctx, pointer + 8, &same) < 0)
		return -16;
	return next == same && next > pointer ? 0 : -17;
}

static int read_memory(struct portal_ctx *ctx, uint64_t at)
{
	char name[8];
	int ret;

	if (portal_read_bytes(ctx, at, name, 5) != 5 || memcmp(name, "eth0", 5) != 0)
		return -18;
	if (portal_read_str(ctx, at, name, sizeof(name)) != 4 || strcmp(name, "eth0") != 0)
		return -19;
	ret = read_numbers(ctx, at);
	return ret < 0 ? ret : read_steps(ctx, at);
}

static int write_memory(struct portal_ctx *ctx, uint64_t at)
{
	if (portal_write_bytes(ctx, at, "bytes", 6) != 6 ||
	    portal_write_str(ctx, at + 8, "str") != 4)
		return -21;
	if (portal_write_int(ctx, at + 16, 0x11111111) < 0 ||
	    portal_write_long(ctx, at + 24, 0x2222222222222222) < 0 ||
	    portal_write_ptr(ctx, at + 32, 0x3333333333333333) < 0)
		return -22;
	if (portal_write_u16(ctx, at + 40, 0x4444) < 0 ||
	    portal_write_u32(ctx, at + 48, 0x55555555) < 0 ||
	    portal_write_u64(ctx, at + 56, 0x6666666666666666) < 0)
		return -23;
	return 0;
}

static int about_process(struct portal_ctx *ctx)
{
	char text[32];

	if (portal_fd_name(ctx, (int)portal_arg(ctx, 0), text, sizeof(text)) != 11 ||
	    strcmp(text, "/dev/switch") != 0)
		return -31;
	if (portal_proc_args(ctx, text, sizeof(text)) < 0 || strcmp(text, "probe") != 0)
		return -32;
	if (portal_proc_env(ctx, text, sizeof(text)) < 0 || strcmp(text, "HOME=/") != 0)
		return -33;
	return 0;
}

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	struct portal_module *mod = portal_ctx_module(ctx);
	uint64_t number = 0;
	int ret = about_event(ctx);

	if (ret == 0)
		ret = read_memory(ctx, portal_arg(ctx, 2));
	if (ret == 0)
		ret = write_memory(ctx, portal_arg(ctx, 2) + 0x400);
	if (ret == 0)
		ret = about_process(ctx);
	if (ret == 0 && (portal_data(mod) != data || portal_option_u64(mod, "number", &number) < 0))
		ret = -41;
	/* the result of a call that has not run cannot be set */
	if (ret == 0 && (portal_set_arg(ctx, 0, 5) < 0 || portal_set_ret(ctx, 0) >= 0))
		ret = -42;
	if (ret == 0)
		ret = portal_skip(ctx, (int64_t)number);
	if (ret < 0)
		return ret;
	portal_log(ctx, PORTAL_INFO, "every function works");
	return 1;
}

static int hook_ioctl(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.comm = "probe",
		.pid = 100,
		.arg[1] = { .cmp = PORTAL_MATCH_RANGE, .width = 4, .value = 1, .limit = 0x89f1 },
		.arg[2] = { .cmp = PORTAL_MATCH_STR_PREFIX, .str = "eth" },
		.fn = on_ioctl,
		.data = &skipping,
	};
	int ret = portal_hook_syscall(mod, &hook, &skipping);

	if (ret < 0)
		return ret;
	hook.flags = PORTAL_HOOK_DEFER_WRITES;
	ret = portal_hook_syscall(mod, &hook, &disabled);
	return ret < 0 ? ret : portal_hook_enable(disabled, false);
}

/* ---- rules: ioctl 2 with "eth0" is answered in the guest ---- */

static int add_rules(void)
{
	const struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_ARG, .arg = 1 },
		  .match = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = 2 } },
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 2 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = "eth0" } },
	};
	const struct portal_rule_store stores[] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 2, .offset = 0x300 },
		  .value = 0x01020304,
		  .len = 4 },
		{ .place = { .what = PORTAL_RULE_PTR_MEM,
			     .arg = 2,
			     .offset = 16,
			     .inner_offset = 4 },
		  .bytes = "ok",
		  .len = 3 },
	};
	struct portal_rule rule = {
		PORTAL_RULE_INIT,
		.when = PORTAL_ON_ENTER,
		.flags = PORTAL_RULE_SKIP,
		.ret = -16,
	};
	uint64_t id, hits = 1;
	int ret = portal_rule_add(skipping, &rule, &id);

	if (ret == 0)
		ret = portal_rule_revoke(skipping, id, &hits);
	if (ret < 0 || hits != 0)
		return ret < 0 ? ret : -1;
	rule.ret = 4321;
	rule.conds = conds;
	rule.nr_conds = 2;
	rule.stores = stores;
	rule.nr_stores = 2;
	return portal_rule_add(skipping, &rule, &rule_id);
}

/* ---- hooks that only look ---- */

static int on_getppid(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "observed %s", portal_is_return(ctx) ? "return" : "entry");
	return portal_set_ret(ctx, 1) < 0 ? 0 : -1;
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	char path[32];
	uint32_t number;

	(void)data;
	/* four bytes, as the third argument says */
	if (portal_read_u32(ctx, portal_arg(ctx, 0), &number) < 0 || number != 0x34)
		return -1;
	if (portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path)) < 0)
		return -2;
	portal_log(ctx, PORTAL_INFO, "%s of %s, %s, %u lost", portal_syscall_name(ctx), path,
		   portal_time(ctx) > 0 ? "timed" : "not timed", portal_lost(ctx));
	return 0;
}

static int hook_lookers(struct portal_module *mod)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 32 },
		{ .what = PORTAL_FETCH_MEM,
		  .arg = 0,
		  .max = 32,
		  .flags = PORTAL_FETCH_F_LEN_IS_ARG,
		  .len_arg = 2 },
	};
	const struct portal_syscall_hook observer = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.name = "getppid",	  .flags = PORTAL_HOOK_OBSERVE,
		.fn = on_getppid,
	};
	const struct portal_syscall_hook tracer = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN,
		.name = "openat",	  .flags = PORTAL_HOOK_TRACE | PORTAL_HOOK_TRACE_BLOCK,
		.fetch = fetch,		  .nr_fetch = 2,
		.fn = on_openat,
	};
	int ret = portal_hook_syscall(mod, &observer, &observing);

	return ret < 0 ? ret : portal_hook_syscall(mod, &tracer, NULL);
}

/* ---- life ---- */

static int load(struct portal_module *mod)
{
	int ret = portal_trace_ring_size(mod, 16384);

	portal_set_data(mod, &skipping);
	if (ret == 0)
		ret = hook_ioctl(mod);
	if (ret == 0)
		ret = add_rules();
	return ret < 0 ? ret : hook_lookers(mod);
}

static void unload(struct portal_module *mod)
{
	uint64_t hits = 0;
	int ret = portal_rule_hits(skipping, rule_id, &hits);

	portal_mod_log(mod, PORTAL_INFO, "%s: %d, %llu hits", portal_option(mod, "last_words"), ret,
		       (unsigned long long)hits);
	portal_unhook(observing);
}

static const struct portal_option options[] = {
	{ .key = "number", .fallback = "0x4d2", .help = "the result of ioctl" },
	{ .key = "last_words", .fallback = "bye", .help = "the message at the end" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "everything",
	.version = "0.2.0",
	.help = "uses every function",
	.flags = PORTAL_MODULE_THREAD_SAFE,
	.options = options,
	.load = load,
	.unload = unload,
};
