/* SPDX-License-Identifier: MIT */
/*
 * A module that uses every function of the SDK, so that a missing export is found when it is
 * loaded. Its results and messages show that the functions work.
 */
#include <portal/hook.h>

static int event(struct portal_ctx *ctx, void *data)
{
	char text[16];
	uint64_t value = 0;
	uint32_t word = 0;
	uint16_t half = 0;
	struct portal_step step = { .addr = portal_arg(ctx, 2), .len = 4, .buf = text };
	int pid = portal_pid(ctx) + portal_tid(ctx);

	(void)data;
	/* it is no trace hook */
	if (portal_time(ctx) != 0 || portal_lost(ctx) != 0)
		return -16;
	if (portal_is_return(ctx) || portal_end(ctx) != PORTAL_END_RETURNS ||
	    portal_is_compat(ctx) || portal_syscall_nr(ctx) == 0 || portal_pointer_size(ctx) != 8)
		return -1;
	if (portal_reg(ctx, "sp", &value) < 0 || portal_set_reg(ctx, "sp", value + 8) < 0)
		return -2;
	if (portal_read_bytes(ctx, portal_arg(ctx, 2), text, 4) != 4)
		return -3;
	if (portal_read_vec(ctx, &step, 1) != 1)
		return -13;
	if (portal_write_bytes(ctx, portal_arg(ctx, 2), text, 4) != 4)
		return -4;
	if (portal_read_str(ctx, portal_arg(ctx, 2), text, sizeof(text)) < 0)
		return -5;
	if (portal_write_str(ctx, portal_arg(ctx, 2) + 64, text) < 0)
		return -6;
	if (portal_read_u16(ctx, portal_arg(ctx, 2), &half) < 0 ||
	    portal_read_u32(ctx, portal_arg(ctx, 2), &word) < 0 ||
	    portal_read_u64(ctx, portal_arg(ctx, 2), &value) < 0)
		return -14;
	if (portal_write_u16(ctx, portal_arg(ctx, 2) + 112, half) < 0 ||
	    portal_write_u32(ctx, portal_arg(ctx, 2) + 116, word) < 0 ||
	    portal_write_u64(ctx, portal_arg(ctx, 2) + 120, value) < 0)
		return -15;
	if (portal_read_int(ctx, portal_arg(ctx, 2), &word) < 0 ||
	    portal_read_long(ctx, portal_arg(ctx, 2), &value) < 0 ||
	    portal_read_ptr(ctx, portal_arg(ctx, 2), &value) < 0)
		return -7;
	if (portal_write_int(ctx, portal_arg(ctx, 2) + 128, word) < 0 ||
	    portal_write_long(ctx, portal_arg(ctx, 2) + 136, value) < 0 ||
	    portal_write_ptr(ctx, portal_arg(ctx, 2) + 144, value) < 0)
		return -8;
	if (portal_fd_name(ctx, 3, text, sizeof(text)) < 0 ||
	    portal_proc_args(ctx, text, sizeof(text)) < 0 ||
	    portal_proc_env(ctx, text, sizeof(text)) < 0)
		return -9;
	if (portal_proc_pid(ctx) != portal_pid(ctx) || portal_user_reg(ctx, "sp", &value) < 0)
		return -12;
	portal_set_arg(ctx, 0, portal_pc(ctx));
	if (portal_set_ret(ctx, portal_ret(ctx)) == 0)
		return -10;
	portal_log(ctx, PORTAL_INFO, "%s by %s %d", portal_syscall_name(ctx), portal_comm(ctx),
		   pid);
	portal_skip(ctx, 1234);
	return portal_data(portal_ctx_module(ctx)) ? 1 : -11;
}

static struct portal_hook *first, *spare;
static uint64_t rule_id;

/* Add two rules for a value that the hook's filter accepts, and revoke the first. */
static int add_rules(void)
{
	const struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_ARG, .arg = 1 },
		.match = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = 2 },
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER, .flags = PORTAL_RULE_SKIP,
		.ret = 4321,	  .conds = &cond,	   .nr_conds = 1,
	};
	uint64_t id, hits = 1;
	int ret = portal_rule_add(first, &rule, &id);

	if (ret == 0)
		ret = portal_rule_add(first, &rule, &rule_id);
	if (ret == 0)
		ret = portal_rule_revoke(first, id, &hits);
	return ret < 0 || hits == 0 ? ret : -13;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.comm = "probe",
		.pid = 100,
		.arg[1] = { .cmp = PORTAL_MATCH_RANGE, .width = 4, .value = 1, .limit = 0x89f1 },
		.arg[2] = { .cmp = PORTAL_MATCH_STR_PREFIX, .str = "eth" },
		.fn = event,
	};
	uint64_t number;
	int ret = portal_option_u64(mod, "number", &number);

	if (ret < 0)
		return ret;
	portal_set_data(mod, &spare);
	ret = portal_trace_ring_size(mod, 8192);
	if (ret < 0)
		return ret;
	ret = portal_hook_syscall(mod, &hook, &first);
	if (ret == 0)
		ret = add_rules();
	if (ret < 0)
		return ret;
	hook.flags = PORTAL_HOOK_DEFER_WRITES;
	hook.when = PORTAL_ON_RETURN;
	hook.ret.cmp = PORTAL_MATCH_ERROR;
	ret = portal_hook_syscall(mod, &hook, &spare);
	if (ret < 0)
		return ret;
	return portal_hook_enable(spare, false);
}

static void unload(struct portal_module *mod)
{
	uint64_t hits;

	if (portal_rule_hits(first, rule_id, &hits) < 0)
		return;
	portal_unhook(spare);
	portal_mod_log(mod, PORTAL_INFO, "%s", portal_option(mod, "last_words"));
}

static const struct portal_option options[] = {
	{ .key = "number", .fallback = "1", .help = "a number" },
	{ .key = "last_words", .fallback = "bye", .help = "text to log at the end" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "everything", .version = "3.1", .help = "uses everything",
	.options = options, .load = load,	  .unload = unload,
};
